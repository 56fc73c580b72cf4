-- What may not happen without people: requests, what was said about them, and what was carried out.

-- owner: approvals
create table approval_requests (
  workspace_id text not null,
  id text not null,
  operation text not null check (operation in ('publish', 'resume', 'broadcast', 'run')),
  state text not null check (state in ('open', 'approved', 'executed', 'rejected', 'changes', 'cancelled', 'void', 'lapsed')),
  title text not null,
  -- what is to happen, whole documents included
  wanted jsonb not null,
  -- everything that is bound, and its SHA-256
  manifest jsonb not null,
  hash text not null,
  -- what was found about it, and who is needed why
  evidence jsonb not null,
  needs jsonb not null,
  -- ids of people for whom examples are rendered when somebody looks; no rendered text is kept
  examples jsonb not null default '[]',
  requested_by text not null,
  -- epoch ms
  requested_at bigint not null,
  due bigint,
  otherwise text not null check (otherwise in ('hold', 'reject', 'deterministic')),
  closed_at bigint,
  reason text not null default '',
  primary key (workspace_id, id)
);
create index approval_requests_waiting on approval_requests (workspace_id, operation) where state in ('open', 'approved');
create index approval_requests_due on approval_requests (due) where state in ('open', 'approved') and due is not null;

-- owner: approvals
-- Who said what about which hash. Lines are only added.
create table approval_decisions (
  workspace_id text not null,
  request_id text not null,
  seq integer not null,
  actor text not null,
  -- the person behind the actor
  person text not null,
  verdict text not null check (verdict in ('approve', 'reject', 'change')),
  comment text not null,
  hash text not null,
  at bigint not null,
  primary key (workspace_id, request_id, seq)
);

-- owner: approvals
-- What was carried out, by hash: each approval once. Lines are only added.
create table approval_executions (
  workspace_id text not null,
  request_id text not null,
  -- of the definitions; null where none was made
  revision bigint,
  hash text not null,
  -- what each journey was bound to, and how many people it could reach: { "id": { "hash": …, "people": …, "exact": … } }
  journeys jsonb not null,
  by text not null,
  at bigint not null,
  primary key (workspace_id, request_id)
);
create index approval_executions_at on approval_executions (workspace_id, at);

-- owner: approvals
-- When each document was last carried out with an approval: authors of before are no authors of what comes now.
create table approved_documents (
  workspace_id text not null,
  kind text not null,
  id text not null,
  at bigint not null,
  primary key (workspace_id, kind, id)
);

-- owner: approvals
-- Who wrote what: SHA-256 of a whole body without its name, and of each long text in it, so that a copy has the same authors.
create table document_authors (
  workspace_id text not null,
  kind text not null,
  id text not null,
  fragment text not null,
  actor text not null,
  at bigint not null,
  -- when it was last carried out with an approval
  settled bigint,
  primary key (workspace_id, kind, id, fragment, actor)
);
create index document_authors_fragment on document_authors (workspace_id, fragment) where settled is null;

create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are only added', tg_table_name;
end $$;
create trigger approval_decisions_stay before update or delete or truncate on approval_decisions for each statement execute function refuse_rewriting();
create trigger approval_executions_stay before update or delete or truncate on approval_executions for each statement execute function refuse_rewriting();
