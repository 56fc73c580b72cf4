-- owner: channels
-- What went through a provider in one day (UTC).
create table provider_days (
  workspace_id text not null,
  provider text not null,
  -- days since 1970-01-01
  day integer not null,
  -- taken out of the day's allowance of a warm-up plan, before it is handed over
  reserved integer not null default 0,
  sent integer not null default 0,
  failed integer not null default 0,
  units bigint not null default 0,
  -- millionths of the currency
  cost bigint not null default 0,
  currency text not null default '',
  primary key (workspace_id, provider, day)
) with (fillfactor = 50);

-- owner: channels
-- How a provider is, as whoever saw it last knows.
create table provider_states (
  workspace_id text not null,
  provider text not null,
  breaker text not null default 'closed' check (breaker in ('closed', 'open', 'probing')),
  breaker_at bigint not null default 0,
  last_error text not null default '',
  last_error_at bigint not null default 0,
  primary key (workspace_id, provider)
) with (fillfactor = 50);

-- owner: channels
-- Receipts that came before their message was settled: tried again for a few minutes.
create table early_receipts (
  workspace_id text not null,
  id bigint generated always as identity primary key,
  provider text not null,
  receipt jsonb not null,
  at bigint not null
);
create index early_receipts_at on early_receipts (at);
