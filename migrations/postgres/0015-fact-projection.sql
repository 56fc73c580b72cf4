-- How far facts have come on their way to ClickHouse.

alter table fact_blocks add column projected_at timestamptz;
create index fact_blocks_waiting on fact_blocks (id) where projected_at is null;
create index fact_blocks_projected on fact_blocks (projected_at) where projected_at is not null;

-- owner: platform
-- The one projector writes here which blocks it is about to insert, so that a repeat after a crash is the very same insert.
create table fact_projection (
  singleton boolean primary key default true check (singleton),
  pending_ids bigint[]
) with (fillfactor = 10);
insert into fact_projection default values;

-- owner: platform
-- Facts that ClickHouse did not understand, one JSONEachRow line each: set aside so that the others go on, never dropped.
create table fact_rejects (
  partition integer not null,
  seq bigint not null,
  ix bigint not null,
  fact_table text not null,
  line text not null,
  error text not null,
  at timestamptz not null default now()
);
create unique index fact_rejects_once on fact_rejects (partition, seq, ix, fact_table, md5(line));
