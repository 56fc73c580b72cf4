-- The archive: what was handed over, to whom, why, and under which versions. Readable with the person's key only.

-- owner: app
-- What messages of one template version have in common, stored once: the message to nobody, which holds no person's data.
create table archive_skeletons (
  workspace_id text not null,
  -- SHA-256 of the text before it was compressed
  hash text not null,
  body bytea not null,
  primary key (workspace_id, hash)
);

-- owner: app
create table archive (
  workspace_id text not null,
  effect_id text not null,
  attempt integer not null,
  profile_id text not null,
  journey_id text not null,
  channel text not null,
  lane text not null,
  topic text not null,
  category text not null,
  -- how the attempt ended: sent, or ambiguous when no answer came
  status text not null,
  at bigint not null,
  -- HMAC of the address with a key that is not in the database; '' when the person was erased
  address_hash text not null,
  -- SHA-256 of what was handed over
  content_hash text not null,
  -- '' when it has none
  skeleton text not null,
  -- versions, step, provider, exposures, verdicts: nothing that says who the person is
  about jsonb not null,
  -- address, headers, content and the data that it was made of, compressed against the skeleton and sealed with the person's key
  sealed bytea not null,
  primary key (workspace_id, effect_id, attempt)
);
create index archive_person on archive (workspace_id, profile_id, at);
create index archive_journey on archive (workspace_id, journey_id, at);
create index archive_age on archive (workspace_id, category, topic, lane, at);

-- Requests read it; only delivery adds to it, and only retention and erasure take from it.
do $$
declare
  target text;
begin
  foreach target in array array['archive', 'archive_skeletons'] loop
    execute format('alter table %I enable row level security, force row level security', target);
    execute format('create policy one_workspace on %I to cadenza_app using (workspace_id = current_setting(''app.workspace'')::text)', target);
    execute format('create policy all_workspaces on %I to %I using (true)', target, current_user);
    execute format('grant select on %I to cadenza_app', target);
  end loop;
end $$;
