-- What colleagues say to each other beside documents, what they are told, and who is looking at what.

-- owner: workspaces
create table comments (
  workspace_id text not null,
  id text not null,
  -- the document
  kind text not null,
  document text not null,
  -- step or part of it; '': the whole
  part text not null,
  -- first comment of the thread; its own id when it is the first
  thread text not null,
  text text not null,
  by text not null,
  at bigint not null,
  resolved_by text,
  resolved_at bigint,
  deleted_at bigint,
  primary key (workspace_id, id)
);
create index comments_of on comments (workspace_id, kind, document, at);
alter table comments enable row level security;
alter table comments force row level security;
create policy one_workspace on comments to cadenza_app using (workspace_id = current_setting('app.workspace')::text);
do $$ begin execute format('create policy all_workspaces on comments to %I using (true)', current_user); end $$;
grant select, insert, update, delete on comments to cadenza_app;

-- owner: workspaces
-- What a member is told, for 90 days.
create table notifications (
  workspace_id text not null,
  id text not null,
  person_id text not null,
  kind text not null,
  title text not null,
  detail text not null,
  -- where it leads: kind and id of what it is about, and the part of it
  about_kind text not null,
  about_id text not null,
  about_part text not null,
  -- actor who did it; '': the system
  by text not null,
  at bigint not null,
  read_at bigint,
  primary key (workspace_id, id)
);
create index notifications_of on notifications (workspace_id, person_id, at desc);
create index notifications_at on notifications (at);
alter table notifications enable row level security;
alter table notifications force row level security;
create policy one_workspace on notifications to cadenza_app using (workspace_id = current_setting('app.workspace')::text);
do $$ begin execute format('create policy all_workspaces on notifications to %I using (true)', current_user); end $$;
grant select, insert, update, delete on notifications to cadenza_app;

-- owner: workspaces
-- Windows in which a document is open. A row that was not told again for seconds does not count, and goes with the next.
create table presence (
  workspace_id text not null,
  kind text not null,
  document text not null,
  tab text not null,
  person_id text not null,
  part text not null,
  editing boolean not null,
  since bigint not null,
  at bigint not null,
  primary key (workspace_id, kind, document, tab)
);
create index presence_at on presence (at);
alter table presence enable row level security;
alter table presence force row level security;
create policy one_workspace on presence to cadenza_app using (workspace_id = current_setting('app.workspace')::text);
do $$ begin execute format('create policy all_workspaces on presence to %I using (true)', current_user); end $$;
grant select, insert, update, delete on presence to cadenza_app;
