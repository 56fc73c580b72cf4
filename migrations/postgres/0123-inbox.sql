-- Messages in the inbox of the workspace's own app or site.

-- owner: channels
create table inbox (
  workspace_id text not null,
  -- the effect's id: a repeat of the hand-over finds its own row
  id text not null,
  profile_id text not null,
  title text not null,
  body text not null,
  url text not null,
  image text not null,
  -- epoch ms
  at bigint not null,
  expires bigint not null,
  seen_at bigint,
  read_at bigint,
  clicked_at bigint,
  dismissed_at bigint,
  primary key (workspace_id, id)
);
create index inbox_of on inbox (workspace_id, profile_id, at);
create index inbox_expired on inbox (expires);
