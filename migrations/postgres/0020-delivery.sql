-- Delivery: opt-outs, the built-in mailbox, and what the dispatcher looks for.

-- owner: platform
-- Addresses that must not be written to; topic '' means everything that is marketing.
create table suppressions (
  workspace_id text not null,
  address text not null,
  topic text not null,
  reason text not null check (reason in ('unsubscribed', 'bounced', 'complained')),
  at bigint not null,
  primary key (workspace_id, address, topic)
);

-- Each channel is claimed by itself: one that cannot send must not stand in the way of another.
drop index outbox_ready;
create index outbox_ready on outbox (channel, lane, due) where status = 'ready';
create index outbox_ambiguous on outbox (due) where status = 'ambiguous';
create index outbox_journey on outbox (workspace_id, (payload->>'journey_id'), created_at);

-- owner: channels
-- What the built-in local mailbox received.
create table mailbox (
  workspace_id text not null,
  id bigint generated always as identity primary key,
  sender text not null,
  recipient text not null,
  subject text not null,
  preview text not null,
  message_id text not null,
  at bigint not null,
  size integer not null,
  raw bytea not null
);
create index mailbox_recent on mailbox (workspace_id, id);
