-- Coupon codes: each is given to one message only, ever.

-- owner: content
create table coupon_codes (
  workspace_id text not null,
  pool text not null,
  code text collate "C" not null,
  -- the order in which codes are given
  n bigint generated always as identity,
  status text not null default 'free' check (status in ('free', 'held', 'sent', 'redeemed', 'doubtful')),
  -- epoch ms; not given to anybody after this
  expires bigint,
  -- the message that has it, and whose it is; '' while it is free
  effect_id text not null default '',
  profile_id text not null default '',
  -- the attempt that may be handing it over at this moment; 0 for none
  attempt integer not null default 0,
  -- an attempt before was never heard of again: it may have left
  unsure boolean not null default false,
  at bigint not null,
  redeemed_at bigint,
  primary key (workspace_id, pool, code)
);
create unique index coupon_codes_effect on coupon_codes (workspace_id, effect_id, pool) where effect_id <> '';
create index coupon_codes_free on coupon_codes (workspace_id, pool, n) where status = 'free';
create index coupon_codes_held on coupon_codes (at) where status = 'held';
create index coupon_codes_code on coupon_codes (workspace_id, code) where status in ('held', 'sent', 'doubtful');
create index coupon_codes_profile on coupon_codes (workspace_id, profile_id) where profile_id <> '';
