-- What budgets have spent, and what they cost those who want some of them.

-- owner: decisions
-- One row for each budget and period. Money in millionths of the budget's currency.
create table budget_periods (
  workspace_id text not null,
  budget text not null,
  period text not null,
  -- as of the document when it was asked last
  amount bigint not null,
  -- reserved and confirmed together: this must not come over the amount
  taken bigint not null default 0,
  confirmed bigint not null default 0,
  items integer not null default 0,
  confirmed_items integer not null default 0,
  -- λ, and when it was reckoned (epoch ms)
  price double precision not null default 0,
  priced_at bigint not null default 0,
  primary key (workspace_id, budget, period)
);

-- owner: decisions
-- What one message takes of one budget; kept for a while, so that another attempt of the same message takes nothing more.
create table budget_reservations (
  workspace_id text not null,
  effect_id text not null,
  budget text not null,
  period text not null,
  profile_id text not null,
  channel text not null,
  cost bigint not null,
  state text not null check (state in ('reserved', 'confirmed', 'released')),
  -- epoch ms
  at bigint not null,
  primary key (workspace_id, effect_id, budget)
);
create index budget_reservations_open on budget_reservations (at) where state = 'reserved';
create index budget_reservations_profile on budget_reservations (workspace_id, profile_id);

-- owner: decisions
-- What was told of budgets, in force from a revision on.
create table budget_prices (
  workspace_id text not null,
  revision bigint not null,
  at bigint not null,
  -- by budget: period, price, taken, costs
  told jsonb not null,
  primary key (workspace_id, revision)
);
create index budget_prices_revision on budget_prices (revision);
