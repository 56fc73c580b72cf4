-- Journeys that were tried on what has happened.

-- owner: app
create table backtests (
  workspace_id text not null,
  id text not null,
  journey_id text not null,
  -- definition, from, to
  request jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  -- people that were looked at, of how many
  done bigint not null default 0,
  total bigint not null default 0,
  result jsonb,
  -- why it failed; '' when it has not
  error text not null default '',
  by text not null,
  began_at bigint not null,
  ended_at bigint,
  primary key (workspace_id, id)
);
create index backtests_newest on backtests (workspace_id, began_at desc);
