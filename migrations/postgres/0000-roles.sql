-- Tenants do not meet: requests run as cadenza_app, which sees the rows of one workspace only.
-- The login role owns the tables and works across workspaces (ingest, engine, jobs).
do $$
begin
  if not exists (select from pg_roles where rolname = 'cadenza_app') then
    begin
      create role cadenza_app nologin;
    exception
      -- another database of this server is being set up at the same moment
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'the role cadenza_app is missing and % may not make it', current_user
          using hint = format('Let an administrator run once: CREATE ROLE cadenza_app NOLOGIN; GRANT cadenza_app TO %I;', current_user);
    end;
  end if;
  if not pg_has_role(current_user, 'cadenza_app', 'set') then
    begin
      execute format('grant cadenza_app to %I with set true, inherit false', current_user);
    exception when insufficient_privilege then
      raise exception '% may not act as cadenza_app', current_user
        using hint = format('Let an administrator run once: GRANT cadenza_app TO %I;', current_user);
    end;
  end if;
end $$;

grant usage on schema public to cadenza_app;

-- Guards every table that has a workspace_id. Run after each migration; a guarded table is left as it is.
create function guard_tenants() returns void language plpgsql as $$
declare
  target record;
begin
  for target in
    select c.oid::regclass as name, a.atttypid::regtype as type
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and not (c.relrowsecurity and c.relforcerowsecurity)
  loop
    execute format('alter table %s enable row level security, force row level security', target.name);
    -- no missing_ok: a request that forgot to say its workspace fails instead of finding nothing
    execute format(
      'create policy one_workspace on %s to cadenza_app using (workspace_id = current_setting(''app.workspace'')::%s)',
      target.name, target.type);
    execute format('create policy all_workspaces on %s to %I using (true)', target.name, current_user);
    execute format('grant select, insert, update, delete on %s to cadenza_app', target.name);
  end loop;
end $$;
