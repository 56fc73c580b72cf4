-- owner: workspaces
-- What marketing needs in a workspace, from a revision of the definitions on: the log names the revision, so a replay asks the same.
create table consent_modes (
  workspace_id text not null,
  revision bigint not null,
  mode text not null check (mode in ('opt-in', 'opt-out')),
  primary key (workspace_id, revision)
);
