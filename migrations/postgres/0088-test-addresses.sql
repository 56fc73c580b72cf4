-- Where test messages may go besides to members: addresses of colleagues, confirmed by a code that was sent there.

-- owner: content
create table test_addresses (
  workspace_id text not null,
  channel text not null check (channel in ('email', 'sms', 'push', 'inapp', 'whatsapp', 'slack')),
  -- as the channel writes it; a profile id for push and in-app
  address text not null,
  -- SHA-256 of workspace, channel, address and code
  code_hash text not null,
  -- wrong codes since it was sent
  tries integer not null default 0,
  -- epoch ms
  asked_at bigint not null,
  confirmed_at bigint,
  by text not null,
  primary key (workspace_id, channel, address)
);
