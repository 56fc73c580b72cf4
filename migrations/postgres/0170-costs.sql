-- What money was spent on beside messages, which the facts tell: entries that somebody made, work, learning, and what coupons gave away.

-- owner: measurement
-- Lines are only added: an entry is taken back by another one with a negative amount.
create table cost_entries (
  workspace_id text not null,
  id text not null,
  kind text not null check (kind in ('provider', 'incentive', 'tokens', 'platform', 'data', 'people', 'other')),
  -- epoch ms
  at bigint not null,
  -- millionths of the currency
  amount bigint not null,
  currency text not null,
  journey text not null default '',
  step text not null default '',
  channel text not null default '',
  offer text not null default '',
  campaign text not null default '',
  -- who charges: a model, a company
  charger text not null default '',
  tokens_in bigint,
  tokens_out bigint,
  minutes double precision,
  basis text not null check (basis in ('measured', 'estimated')),
  -- relative standard error of the amount
  spread double precision not null default 0,
  note text not null default '',
  recorded_by text not null,
  recorded_at bigint not null,
  primary key (workspace_id, id)
);
create index cost_entries_at on cost_entries (workspace_id, at);

-- owner: measurement
-- When somebody of the team opened, saved or decided something; only while an hour of work has a price, and only for 400 days.
create table work_marks (
  workspace_id text not null,
  actor text not null,
  -- epoch ms, to the second
  at bigint not null,
  -- `journey:welcome`, `approval:…`
  object text not null,
  -- they saved, published or decided it; else they only opened it
  changed boolean not null,
  -- journeys that an approval is about
  journeys text[] not null default '{}',
  primary key (workspace_id, actor, at, object)
);
create index work_marks_at on work_marks (at);

-- owner: decisions
-- How long models learned, by the hour in which a training ended (hours since 1970-01-01).
create table learning_hours (
  workspace_id text not null,
  model text not null,
  hour integer not null,
  ms bigint not null,
  primary key (workspace_id, model, hour)
);

-- What a redeemed code gave away, as the order said it (millionths); null: it did not say. And where the code came from; null: not looked up yet.
alter table coupon_codes add column gave bigint;
alter table coupon_codes add column gave_currency text not null default '';
alter table coupon_codes add column journey_id text;
alter table coupon_codes add column step_id text not null default '';
alter table coupon_codes add column channel text not null default '';
-- the option that brought it says itself what it gives away
alter table coupon_codes add column told boolean not null default false;
create index coupon_codes_redeemed on coupon_codes (workspace_id, redeemed_at) where status = 'redeemed';
create index coupon_codes_unplaced on coupon_codes (workspace_id, pool, code) where status = 'redeemed' and journey_id is null;
