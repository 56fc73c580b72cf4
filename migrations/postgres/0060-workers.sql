-- Many processes: who does what, who carries events from NATS, and which version may still write.

-- What a living process does, and since when: the older one keeps what it has when shares change.
alter table workers add column roles text[] not null default '{}';
alter table workers add column joined timestamptz not null default now();

-- owner: platform
-- How far each shard of the stream in front of the log has been carried. Moves in the transaction that appends to the log.
create table carriers (
  shard smallint primary key,
  owner text,
  epoch bigint not null default 0,
  until timestamptz not null default 'epoch',
  -- which making of the stream `seq` belongs to; '' before the first look
  incarnation text not null default '',
  -- last message carried, and its id: a stream that was lost and made anew, or set back, is told by them
  seq bigint not null default 0,
  message text not null default '',
  -- messages that were acknowledged by the stream, and were gone before they could be carried
  lost bigint not null default 0
) with (fillfactor = 10);

-- owner: platform
-- Messages of the stream that could not be appended to the log though the database worked.
create table carrier_rejects (
  id bigint generated always as identity primary key,
  shard smallint not null,
  seq bigint not null,
  body text not null,
  error text not null,
  at timestamptz not null default now()
);

-- owner: platform
-- The oldest schema that a process must know to write here. A migration that older processes cannot live with raises it.
create table schema_floor (
  one boolean primary key default true check (one),
  least integer not null
);
insert into schema_floor (least) values (60);

-- Ends the work of processes that know only older schemas: every lease gets a new epoch, so what they still hold cannot be saved.
create function contract_schema(number integer) returns void language sql as $$
  update schema_floor set least = greatest(least, number);
  update leases set owner = null, until = 'epoch', epoch = epoch + 1;
  update carriers set owner = null, until = 'epoch', epoch = epoch + 1;
$$;
