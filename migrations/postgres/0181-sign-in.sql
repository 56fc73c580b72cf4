-- Second factors, sign-in through a provider of identities, links for a new password, and workspaces that end.

-- owner: workspaces
-- What a person has beside a password: an authenticator app (RFC 6238), and codes for when it is lost.
create table auth_second_factors (
  person_id text primary key references auth_people on delete cascade,
  -- sealed; the secret that the app shares with us
  sealed text not null,
  -- epoch ms; null: set up, and not shown to work yet
  confirmed_at bigint,
  -- number of the last half minute whose code was taken: a code counts once
  last_step bigint not null default 0,
  -- hashes of codes that are left
  recovery text[] not null default '{}',
  -- wrong codes since
  wrong integer not null default 0,
  wrong_since bigint not null default 0
);

-- owner: workspaces
-- A link with which somebody chooses a new password; the row holds its hash.
create table auth_resets (
  token_hash text primary key,
  person_id text not null references auth_people on delete cascade,
  -- epoch ms
  expires_at bigint not null,
  used_at bigint,
  -- who made it: an administrator, or the person by mail
  made_by text not null
);
create index auth_resets_person on auth_resets (person_id);

-- owner: workspaces
-- How people come into a workspace.
create table sign_in_settings (
  workspace_id text primary key references workspaces,
  -- everybody needs a second factor
  second_factor boolean not null default false,
  -- provider of identities (OpenID Connect); null: none
  provider jsonb,
  -- of the provider; sealed
  client_secret text,
  -- nobody comes in by a password alone any more
  only_provider boolean not null default false,
  at bigint not null,
  by text not null
);

-- Workspace whose provider vouched for the session: it opens that one and no other. Null: a password.
alter table auth_sessions add column via text;

-- epoch ms; a workspace that was deleted is closed at once and emptied in the background
alter table workspaces add column deleted_at bigint;
alter table workspaces add column deleted_by text;
alter table workspaces add column emptied_at bigint;
