-- Erasing people: a job with steps, and the receipt that stays.

-- How often somebody was erased from each partition: whoever appends finds out that what it remembers of identities is of before.
alter table log_heads add column erased bigint not null default 0;

-- owner: app
create table erasures (
  workspace_id text not null,
  id text not null,
  -- HMAC of the profile ids: tells whether somebody was erased, to whoever knows who that is
  pseudonyms text[] not null,
  status text not null default 'running' check (status in ('running', 'done')),
  -- what is to be done next; '' when all is done
  step text not null,
  -- place within the step
  place jsonb not null default '{}',
  -- who it is, sealed under SECRET_KEY; null when it is done
  subject text,
  -- by store: what was found and taken away
  counts jsonb not null default '{}',
  -- the last thing that went wrong; '' when nothing did
  error text not null default '',
  receipt jsonb,
  -- SHA-256 of the canonical receipt
  receipt_hash text not null default '',
  asked_by text not null,
  asked_at bigint not null,
  done_at bigint,
  primary key (workspace_id, id)
);
create index erasures_running on erasures (asked_at) where status = 'running';
create index erasures_pseudonyms on erasures using gin (pseudonyms);

-- The log may hold tombstones from here on: processes that do not know them must not read it.
select contract_schema(103);
