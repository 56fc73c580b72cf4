-- How those who write are taken by those who receive: bounces, refusals and complaints of each sending domain.

-- owner: channels
-- Messages handed over, by the domain of their From address.
create table sending_hours (
  workspace_id text not null,
  domain text not null,
  -- hours since 1970-01-01T00:00Z
  hour integer not null,
  sent integer not null,
  primary key (workspace_id, domain, hour)
) with (fillfactor = 50);

-- owner: channels
-- What went wrong with single messages, each told once whoever repeats it.
create table delivery_troubles (
  workspace_id text not null,
  effect_id text not null,
  kind text not null check (kind in ('soft', 'address', 'policy', 'complaint')),
  domain text not null,
  address text not null,
  -- hour in which the message was handed over: a complaint counts with the messages of its own time
  sent_hour integer not null,
  -- epoch ms
  at bigint not null,
  primary key (workspace_id, effect_id, kind)
);
create index delivery_troubles_domain on delivery_troubles (workspace_id, domain, sent_hour);
create index delivery_troubles_address on delivery_troubles (workspace_id, address, at);
create index delivery_troubles_old on delivery_troubles (at);

-- owner: channels
-- Domains that were warned of or paused.
create table sending_identities (
  workspace_id text not null,
  domain text not null,
  state text not null check (state in ('good', 'warned', 'paused')),
  -- complaints, bounces, refusals; '' when good
  cause text not null default '',
  rate double precision not null default 0,
  sent integer not null default 0,
  -- epoch ms
  since bigint not null,
  -- a person said that it may go on; what was sent before does not count any more (epoch ms)
  counted_from bigint not null default 0,
  primary key (workspace_id, domain)
);
