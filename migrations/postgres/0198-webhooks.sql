-- What webhooks answered, call by call, and which generation of the signing secret is in force.

-- owner: channels
create table webhook_attempts (
  workspace_id text not null,
  id bigint generated always as identity,
  effect_id text not null,
  -- '' for a test
  profile_id text not null,
  url text not null,
  method text not null,
  -- epoch ms
  at bigint not null,
  -- HTTP status; 0: no answer
  status integer not null,
  ms integer not null,
  reason text not null,
  -- the first characters of the answer
  excerpt text not null,
  primary key (workspace_id, id)
);
create index webhook_attempts_effect on webhook_attempts (workspace_id, effect_id);
create index webhook_attempts_age on webhook_attempts (at);

-- owner: channels
create table webhook_secrets (
  workspace_id text primary key,
  generation integer not null,
  -- until then (epoch ms) calls are signed with the secret before as well
  before_until bigint not null,
  changed_at bigint not null
);
