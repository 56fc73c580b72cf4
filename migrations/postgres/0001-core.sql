-- The one road: log → keyed state + outbox + facts.

-- owner: platform
-- The end of each partition of the log. Its row lock puts appends in order, so a reader can never pass an uncommitted lower number.
create table log_heads (
  partition smallint primary key,
  seq bigint not null default 0,
  -- epoch ms of the last append; never decreases
  at bigint not null default 0
) with (fillfactor = 10);

-- owner: platform
-- The log in blocks: the records that one append put on one partition for one workspace ('' for the system's own).
create table log (
  workspace_id text not null,
  partition smallint not null,
  first_seq bigint not null,
  last_seq bigint not null,
  at bigint not null,
  -- JSON array of records
  records text not null,
  primary key (partition, last_seq)
);

-- owner: platform
-- Who works on a partition, and how far the work has come. The epoch fences a worker that lost its lease.
create table leases (
  partition smallint primary key,
  owner text,
  epoch bigint not null default 0,
  until timestamptz not null default 'epoch',
  -- last record handled, time and place of the last tick, definitions in force
  done_seq bigint not null default 0,
  tick bigint not null default 0,
  tick_seq bigint not null default 0,
  revision bigint not null default 0
) with (fillfactor = 10);

-- owner: platform
-- Processes that are alive: what the others claimed and did not settle is free again.
create table workers (
  owner text primary key,
  until timestamptz not null
);

-- owner: platform
create table keyed_state (
  workspace_id text not null,
  kind text not null,
  id text not null,
  partition smallint not null,
  state jsonb not null,
  version bigint not null,
  -- epoch ms of the earliest timer in the state
  next_due bigint,
  primary key (workspace_id, kind, id)
) with (fillfactor = 70);
create index keyed_state_due on keyed_state (partition, next_due) where next_due is not null;

-- owner: platform
create table outbox (
  workspace_id text not null,
  id text not null,
  profile_id text not null,
  channel text not null,
  address text not null,
  topic text not null,
  lane text not null,
  due bigint not null,
  expires bigint not null,
  payload jsonb not null,
  status text not null default 'ready'
    check (status in ('ready', 'sending', 'sent', 'failed', 'skipped', 'cancelled', 'ambiguous', 'dead')),
  attempt integer not null default 0,
  owner text,
  claimed_at bigint,
  settled_at bigint,
  reason text not null default '',
  provider_id text not null default '',
  -- sha-256 of what was handed over
  content_hash text not null default '',
  created_at bigint not null,
  primary key (workspace_id, id)
) with (fillfactor = 70);
create index outbox_ready on outbox (lane, due) where status = 'ready';
create index outbox_open on outbox (workspace_id, address) where status in ('ready', 'sending');
create index outbox_sending on outbox (owner) where status = 'sending';
create index outbox_profile on outbox (workspace_id, profile_id, created_at);
create index outbox_recent on outbox (workspace_id, created_at);

-- owner: platform
-- Facts on their way to ClickHouse: newline-joined JSON {t,p,s,i,r}. Read behind the oldest running transaction.
create table fact_blocks (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  written_at timestamptz not null default now(),
  facts text not null
);
-- Read once and deleted soon: packing it would cost more than it saves.
alter table fact_blocks alter column facts set storage external;

-- owner: platform
-- Records whose handling threw, and the later records of the same key that wait behind them.
create table dead_letters (
  id bigint generated always as identity primary key,
  workspace_id text not null,
  kind text not null,
  key text not null,
  partition smallint not null,
  seq bigint not null,
  record text not null,
  -- '' for a record that waits behind a poisonous one
  error text not null,
  at bigint not null,
  unique (partition, seq, workspace_id, key)
);
create index dead_letters_key on dead_letters (workspace_id, kind, key, id);

-- owner: profiles
-- Which profile an identifier belongs to.
create table identities (
  workspace_id text not null,
  kind text not null,
  -- byte order, so that a search for the start of an identifier uses the key on every database
  value text collate "C" not null,
  profile_id text not null,
  primary key (workspace_id, kind, value)
);
create index identities_profile on identities (workspace_id, profile_id);

-- owner: profiles
-- Profiles that turned out to be another one.
create table merged_profiles (
  workspace_id text not null,
  profile_id text not null,
  into_id text not null,
  primary key (workspace_id, profile_id)
);
create index merged_profiles_into on merged_profiles (workspace_id, into_id);
