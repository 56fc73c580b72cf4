-- The audit log: what is about to happen is noted before it happens, and what has happened is only ever added to.

-- owner: workspaces
-- Actions that began and have not said yet how they ended: a crash between a change and its line cannot lose that somebody did something.
create table audit_intents (
  workspace_id text not null,
  id text not null,
  actor text not null,
  action text not null,
  request_id text not null,
  -- real time, whatever the clock of the journeys says
  began timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index audit_intents_began on audit_intents (began);

-- Requests add lines and read them, and nothing else; the trigger refuses the rest to the owner of the table too.
revoke update, delete, truncate on audit_lines from cadenza_app;
revoke update, delete, truncate on document_revisions from cadenza_app;
