-- Policies that were valued on the log before they went live.

-- owner: app
create table policy_evaluations (
  workspace_id text not null,
  id text not null,
  model text not null,
  -- of the document that was valued, as snapshots have it; '' for policies without a document
  task text not null,
  -- policy, document, from, to, currency
  request jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  -- decisions that were read, of how many
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
create index policy_evaluations_newest on policy_evaluations (workspace_id, model, began_at desc);
