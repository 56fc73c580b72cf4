-- Which conditions and aggregates are watched since when, how far their past has been brought in, and lists that come as files.

-- owner: segments
-- From revision `since` on (until `until`, if that is set) every event is held against it; its past is complete from revision `built` on.
create table segment_watches (
  workspace_id text not null,
  kind text not null check (kind in ('condition', 'aggregate')),
  -- digest of the canonical text
  id text not null,
  since bigint not null,
  until bigint,
  built bigint,
  primary key (workspace_id, kind, id, since)
);
create index segment_watches_unbuilt on segment_watches (since, workspace_id) where built is null and until is null;

-- owner: platform
-- Where a revision's definitions stand on each partition of the log, for the revisions that began to watch something.
create table definition_places (
  revision bigint not null,
  partition smallint not null,
  seq bigint not null,
  primary key (revision, partition)
);

-- owner: segments
-- One for each workspace and revision that began to watch something: bringing in what happened before.
create table segment_builds (
  workspace_id text not null,
  since bigint not null,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'built')),
  -- people are looked at in slices by hash; within a slice in the order of their ids
  slices integer not null default 0,
  slice integer not null default 0,
  after text collate "C" not null default '',
  reviews bigint not null default 0,
  began_at bigint not null,
  ended_at bigint,
  -- the last thing that went wrong; '' when nothing did
  error text not null default '',
  primary key (workspace_id, since)
);
create index segment_builds_open on segment_builds (since, workspace_id) where status <> 'built';

-- owner: segments
-- Files of people that were put on a list. The same file again is the same import: rows that were taken are known by their message ids.
create table list_imports (
  workspace_id text not null,
  id text not null,
  list_id text not null,
  file_name text not null,
  -- SHA-256 of the file
  hash text not null,
  status text not null check (status in ('running', 'done', 'failed')),
  rows bigint not null default 0,
  taken bigint not null default 0,
  refused bigint not null default 0,
  -- the first refused rows, with the reason
  faults jsonb not null default '[]',
  by text not null,
  began_at bigint not null,
  ended_at bigint,
  primary key (workspace_id, id)
);
create index list_imports_list on list_imports (workspace_id, list_id, began_at);

-- owner: segments
-- Workspaces that had people before ClickHouse was told about people, and how far that has been made up for.
create table people_told (
  workspace_id text primary key,
  after text collate "C" not null default '',
  done boolean not null default false
);
insert into people_told (workspace_id) select distinct workspace_id from keyed_state where kind = 'profile';
