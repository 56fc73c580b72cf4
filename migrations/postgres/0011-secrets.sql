-- owner: workspaces
-- Secrets by name (DKIM keys, passwords of providers), sealed: they can be used and replaced, never read back.
create table secrets (
  workspace_id text not null,
  name text not null,
  sealed text not null,
  at bigint not null,
  by text not null,
  primary key (workspace_id, name)
);
