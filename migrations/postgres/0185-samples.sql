-- Workspaces with made-up people, to look around in.

-- A sample may be shown as one on every screen, and nothing of it may leave.
alter table workspaces add column sample text check (sample in ('shop', 'saas', 'bank'));

-- owner: app
create table samples (
  workspace_id text primary key,
  industry text not null check (industry in ('shop', 'saas', 'bank')),
  seed integer not null,
  people integer not null,
  -- midnight, UTC, of the first day of the story (epoch ms), and how many days there were until the present
  from_at bigint not null,
  days integer not null,
  status text not null check (status in ('making', 'ready', 'failed', 'leaving')),
  -- what is being done, and how far it is (0 to 1)
  phase text not null default '',
  share real not null default 0,
  problem text not null default '',
  by text not null,
  -- the process that makes it
  maker text not null,
  -- the workspace from which it was asked for
  asked_in text not null,
  at bigint not null,
  -- until when its people have moved on, and when somebody last looked
  moved_at bigint not null,
  looked_at bigint not null
);
alter table samples enable row level security;
alter table samples force row level security;
create policy one_workspace on samples to cadenza_app using (workspace_id = current_setting('app.workspace')::text);
do $$ begin execute format('create policy all_workspaces on samples to %I using (true)', current_user); end $$;
grant select, update (looked_at) on samples to cadenza_app;
