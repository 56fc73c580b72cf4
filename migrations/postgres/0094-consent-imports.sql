-- Files of consents with their proof: read line by line, and gone on with after a crash.

-- owner: consent
create table consent_imports (
  workspace_id text not null,
  -- the start of the file's SHA-256: the same file again is the same import
  id text not null,
  name text not null,
  status text not null check (status in ('running', 'done', 'failed')),
  -- the file as it was sent, until it has been read through
  content bytea,
  -- rows that are on the log, or refused
  done integer not null default 0,
  taken integer not null default 0,
  refused integer not null default 0,
  -- the first refusals: [{ "row": 7, "title": "…" }]
  faults jsonb not null default '[]',
  error text not null default '',
  by text not null,
  began_at bigint not null,
  ended_at bigint,
  primary key (workspace_id, id)
);
create index consent_imports_running on consent_imports (began_at) where status = 'running';
