-- Journeys that go out to many people at once: one row for each time, made exactly once, with how far it has come.

-- owner: app
create table broadcasts (
  workspace_id text not null,
  journey_id text not null,
  -- local time of a schedule (`2026-03-08T09:00`), `existing:<segment>`, or `dates:<version>`
  occurrence text not null,
  kind text not null check (kind in ('scheduled', 'existing', 'dates')),
  version integer not null,
  status text not null check (status in ('running', 'paused', 'done', 'cancelled', 'missed')),
  -- epoch ms
  due bigint not null,
  began_at bigint not null,
  ended_at bigint,
  -- people up to this id have been looked at
  after text not null default '',
  -- people that there were at the beginning, were looked at, and were sent a record
  people bigint not null default 0,
  looked bigint not null default 0,
  reached bigint not null default 0,
  -- whose turn it is among those that run
  turn bigint not null default 0,
  -- why it ended early; '' when it did not
  reason text not null default '',
  primary key (workspace_id, journey_id, occurrence)
);
create index broadcasts_running on broadcasts (turn, began_at) where status = 'running';
