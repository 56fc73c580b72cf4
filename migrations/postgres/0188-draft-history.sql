-- The text of a document as somebody wrote it (comments, order, quotes), beside the body that it says; null: made from the body.
alter table documents add column source text;

-- owner: platform
-- States that drafts have been in, so that nothing that anybody wrote is lost. Saves of one person within minutes are one row.
create table document_changes (
  workspace_id text not null,
  kind text not null,
  id text not null,
  n integer not null,
  -- epoch ms of its first and of its last save
  since bigint not null,
  at bigint not null,
  by text not null,
  what text not null check (what in ('edited', 'restored', 'discarded')),
  -- name that somebody gave it: it is kept then
  label text,
  hash text not null,
  body json not null,
  source text,
  saves integer not null default 1,
  primary key (workspace_id, kind, id, n)
);
alter table document_changes enable row level security;
alter table document_changes force row level security;
create policy one_workspace on document_changes to cadenza_app using (workspace_id = current_setting('app.workspace')::text);
do $$ begin execute format('create policy all_workspaces on document_changes to %I using (true)', current_user); end $$;
grant select, insert, update, delete on document_changes to cadenza_app;
