-- One random key for each person: what is sealed with it is gone everywhere, back-ups included, when the key is destroyed.

-- owner: platform
-- The key that wraps the keys of a workspace's people; itself sealed under SECRET_KEY.
create table workspace_keys (
  workspace_id text primary key,
  sealed text not null,
  made_at timestamptz not null default now()
);

-- owner: platform
create table subject_keys (
  workspace_id text not null,
  profile_id text not null,
  -- random; stands in front of everything that the key sealed
  key_id bytea not null,
  -- the key, wrapped by the workspace's key
  wrapped bytea not null,
  made_at timestamptz not null default now(),
  primary key (workspace_id, profile_id)
);
