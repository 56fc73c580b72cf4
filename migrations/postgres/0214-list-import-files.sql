-- Files of people outlive the process that took them: whoever works goes on behind the rows that are on the log.

-- owner: segments
alter table list_imports
  -- what columns are taken for, as the sender says
  add column map jsonb not null default '{}',
  -- raised each time that it is begun: whoever reads for an earlier time writes nothing down any more
  add column round integer not null default 0,
  -- whoever reads it says so until then; afterwards another takes it up
  add column until timestamptz,
  -- tries in a row that came no further
  add column tries integer not null default 0;
create index list_imports_running on list_imports (began_at) where status = 'running';

-- owner: segments
-- The file in pieces, until it has been read through.
create table list_import_parts (
  workspace_id text not null,
  id text not null,
  part integer not null,
  content bytea not null,
  primary key (workspace_id, id, part)
);
