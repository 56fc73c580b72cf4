-- Journeys that are edited, paused and stopped while people are inside.

-- owner: journeys
-- What a publish said about people inside earlier versions; none: they finish on theirs. From this revision on.
create table journey_edits (
  workspace_id text not null,
  journey_id text not null,
  version integer not null,
  revision bigint not null,
  -- follow, or migrate with its map
  in_flight jsonb not null,
  primary key (workspace_id, journey_id, version)
);
create index journey_edits_revision on journey_edits (revision);

-- owner: journeys
-- Changes of a journey's mode, each from a revision of the definitions on: the log names the revision, so a replay asks the same.
create table journey_modes (
  workspace_id text not null,
  journey_id text not null,
  revision bigint not null,
  mode text not null check (mode in ('run', 'pause', 'drain', 'stop')),
  -- of a change that ends a pause: what becomes of timers
  timers text check (timers in ('run', 'shift', 'exit')),
  -- epoch ms by the clock that timers follow, and real time
  at bigint not null,
  made_at timestamptz not null default now(),
  by text not null,
  primary key (workspace_id, journey_id, revision)
);
create index journey_modes_revision on journey_modes (revision);

-- owner: journeys
-- Previews of a publish: who stood where when somebody looked at it. Publishing asks for a fresh one.
create table journey_impacts (
  workspace_id text not null,
  token text not null,
  journey_id text not null,
  -- of the body that was to be published, and the live version that it was to replace
  hash text not null,
  live integer,
  in_flight jsonb not null,
  -- people by "version step"
  people jsonb not null,
  at bigint not null,
  primary key (workspace_id, token)
);

-- owner: journeys
-- Sweeps: everybody inside a journey is looked at again, page by page.
create table journey_sweeps (
  workspace_id text not null,
  journey_id text not null,
  revision bigint not null,
  -- newest block of facts when every partition had come to the revision; null until then
  facts_to bigint,
  -- last profile of the last page, and how many have been put on the log
  after_profile text not null default '',
  people bigint not null default 0,
  done boolean not null default false,
  primary key (workspace_id, journey_id, revision)
);
create index journey_sweeps_open on journey_sweeps (revision) where not done;

-- What a paused journey had queued waits here until its limit.
create index outbox_held on outbox (workspace_id, (payload->>'journey_id')) where status = 'ready' and reason = 'journey_paused';
