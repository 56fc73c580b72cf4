-- Tenants, their people and keys, and the documents that they author.

-- owner: workspaces
create table workspaces (
  workspace_id text primary key,
  name text not null,
  timezone text not null,
  currency text not null,
  -- whether marketing needs a recorded grant (opt-in) or only no withdrawal (opt-out)
  consent_mode text not null check (consent_mode in ('opt-in', 'opt-out')),
  postal_address text not null default '',
  created_at bigint not null
);

-- owner: workspaces
-- People who sign in. They belong to no workspace by themselves: members says where they work.
create table auth_people (
  id text primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- owner: workspaces
create table auth_sessions (
  id text primary key,
  token text not null unique,
  person_id text not null references auth_people on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index auth_sessions_person on auth_sessions (person_id);

-- owner: workspaces
-- How a person proves who they are; provider `credential` holds an argon2id hash.
create table auth_accounts (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  person_id text not null references auth_people on delete cascade,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, account_id)
);
create index auth_accounts_person on auth_accounts (person_id);

-- owner: workspaces
create table auth_verifications (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index auth_verifications_identifier on auth_verifications (identifier);

-- owner: workspaces
create table auth_rate_limits (
  id text primary key,
  key text not null unique,
  count integer not null,
  last_request bigint not null
);

-- owner: workspaces
create table members (
  workspace_id text not null references workspaces,
  person_id text not null references auth_people on delete cascade,
  role text not null check (role in ('viewer', 'marketer', 'approver', 'compliance', 'admin')),
  added_at bigint not null,
  primary key (workspace_id, person_id)
);
create index members_person on members (person_id);

-- owner: workspaces
-- A place offered to somebody; the link holds the token, the row its hash.
create table invitations (
  workspace_id text not null references workspaces,
  id text not null,
  email text not null,
  role text not null,
  token_hash text not null unique,
  expires_at bigint not null,
  accepted_at bigint,
  invited_by text not null,
  primary key (workspace_id, id)
);

-- owner: workspaces
-- Write keys append events of one source; secret keys call the API within their scopes. Only hashes are kept.
create table keys (
  workspace_id text not null references workspaces,
  id text not null,
  kind text not null check (kind in ('write', 'secret')),
  name text not null,
  hash text not null unique,
  last_four text not null,
  -- permissions of a secret key
  scopes text[] not null default '{}',
  created_at bigint not null,
  created_by text not null,
  expires_at bigint,
  revoked_at bigint,
  -- kept to the hour, so that use costs no write each time
  used_at bigint,
  primary key (workspace_id, id)
);

-- owner: workspaces
-- One chain for each workspace: hash = SHA-256(previous hash and this line), so a change or a gap shows.
create table audit_lines (
  workspace_id text not null references workspaces,
  seq bigint not null,
  at bigint not null,
  actor text not null,
  action text not null,
  object text not null,
  before_hash text not null,
  after_hash text not null,
  request_id text not null,
  previous text not null,
  hash text not null,
  primary key (workspace_id, seq)
);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger audit_lines_append_only before update or delete or truncate on audit_lines for each statement execute function refuse_change();

-- owner: workspaces
-- First answers to requests with an Idempotency-Key; status 0 while the first is running.
create table idempotency_keys (
  workspace_id text not null,
  key text not null,
  action text not null,
  fingerprint text not null,
  status smallint not null default 0,
  body text not null default '',
  at bigint not null,
  primary key (workspace_id, key)
);
create index idempotency_keys_at on idempotency_keys (at);

-- owner: platform
-- Authored things. Version 0 is the one draft; published versions never change their body.
create table documents (
  workspace_id text not null,
  kind text not null,
  id text not null,
  version integer not null,
  status text not null check (status in ('draft', 'published', 'archived')),
  -- json, not jsonb: the author's order of keys is kept for reading and export
  body json not null,
  -- SHA-256 of the canonical body
  hash text not null,
  at bigint not null,
  by text not null,
  -- live version that a draft was begun from
  base integer,
  primary key (workspace_id, kind, id, version),
  check ((status = 'draft') = (version = 0))
);
create unique index documents_live on documents (workspace_id, kind, id) where status = 'published';

-- owner: platform
-- What each revision made live (null: archived). Only ever added to: definitions at a revision can always be told.
create table document_revisions (
  workspace_id text not null,
  kind text not null,
  id text not null,
  revision bigint not null,
  version integer,
  at bigint not null,
  by text not null,
  primary key (workspace_id, kind, id, revision)
);
create trigger document_revisions_append_only before update or delete or truncate on document_revisions for each statement execute function refuse_change();

-- owner: platform
-- The last revision. Its row lock makes revisions commit in their order.
create table document_counter (
  one boolean primary key default true check (one),
  revision bigint not null
);
insert into document_counter (revision) values (0);
grant select, update on document_counter to cadenza_app;
