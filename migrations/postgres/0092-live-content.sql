-- What was chosen and fetched for one message: every attempt, and whoever looks later, sees the same.

-- owner: content
create table live_contents (
  workspace_id text not null,
  effect_id text not null,
  profile_id text not null,
  template text not null,
  version integer not null,
  -- choices of slots, products as they were, answers of connected data
  content jsonb not null,
  at bigint not null,
  primary key (workspace_id, effect_id)
);
create index live_contents_profile on live_contents (workspace_id, profile_id);
create index live_contents_old on live_contents (at);
