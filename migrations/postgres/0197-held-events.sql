-- Events that did not get onto the log, as they came, until they are mended, discarded or too old; and what each source sends.

-- owner: events
create table held_events (
  workspace_id text not null,
  id bigint generated always as identity,
  -- quarantined: accepted, waits for the plan or a person; blocked, rejected: the sender was told why
  kind text not null check (kind in ('quarantined', 'blocked', 'rejected')),
  source text not null,
  -- '' when it has none that could be read
  name text not null,
  message_id text not null,
  -- epoch ms
  received bigint not null,
  -- code of the first problem
  code text not null,
  problem jsonb not null,
  -- JSON text as it came; cut off where it was too large
  body text not null,
  -- the call of the route; '' when the event itself says
  call text not null,
  -- '' or what the request said
  sent_at text not null,
  -- the browser said Global Privacy Control
  gpc boolean not null,
  primary key (workspace_id, id)
);
create index held_events_message on held_events (workspace_id, message_id);
create index held_events_kind on held_events (workspace_id, kind, id);
create index held_events_age on held_events (received);

-- owner: events
create table source_hours (
  workspace_id text not null,
  -- epoch ms of its start
  hour bigint not null,
  source text not null,
  -- name and version, as clients say them; '' when they do not
  library text not null,
  outcome text not null check (outcome in ('accepted', 'violating', 'quarantined', 'blocked', 'rejected')),
  -- problem code of what was rejected, else ''
  code text not null,
  events bigint not null,
  last_at bigint not null,
  primary key (workspace_id, source, hour, library, outcome, code)
);
create index source_hours_age on source_hours (hour);
