-- owner: platform
-- Messages of the stream that are on the log. A stream that was set back is carried again from its start, and none of them counts twice.
create table carried_messages (
  shard smallint not null,
  message text not null,
  carried_at timestamptz not null default now(),
  primary key (shard, message)
);
