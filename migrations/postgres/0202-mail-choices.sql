-- Which mails of the programme a member does not want. What is not here is wanted.

-- owner: workspaces
create table mail_choices (
  workspace_id text not null,
  person_id text not null,
  kind text not null,
  -- epoch ms
  at bigint not null,
  primary key (workspace_id, person_id, kind)
);
alter table mail_choices enable row level security;
alter table mail_choices force row level security;
create policy one_workspace on mail_choices to cadenza_app using (workspace_id = current_setting('app.workspace')::text);
do $$ begin execute format('create policy all_workspaces on mail_choices to %I using (true)', current_user); end $$;
grant select, insert, update, delete on mail_choices to cadenza_app;
