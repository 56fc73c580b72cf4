-- What models have learned, and how their training goes.

-- owner: decisions
-- A snapshot never changes: learning adds another one. A reset is a row without a task: what came before it is forgotten.
create table model_snapshots (
  workspace_id text not null,
  model text not null,
  -- from 1, increasing, over all versions of the document
  serial integer not null,
  -- version of the document that it was trained for
  version integer not null,
  -- what of that document the training hangs on, hashed; '' of a reset
  task text not null,
  -- in force from this revision on
  revision bigint not null,
  -- epoch ms
  made_at bigint not null,
  trained_to bigint not null,
  examples bigint not null,
  -- SHA-256 of the text, hexadecimal, and its characters
  checksum text not null,
  size integer not null,
  report jsonb not null,
  -- zstd of the text; null: removed, because no decision that can still be looked at rests on it
  body bytea,
  primary key (workspace_id, model, serial)
);
create index model_snapshots_task on model_snapshots (workspace_id, model, task, serial);
create index model_snapshots_revision on model_snapshots (revision);
create index model_snapshots_old on model_snapshots (made_at) where body is not null;
alter table model_snapshots alter column body set storage external;

-- owner: decisions
-- One row for each thing that is to be learned; whoever trains holds it by owner and until.
create table model_training (
  workspace_id text not null,
  model text not null,
  task text not null,
  version integer not null,
  -- ms between two runs, and when the next is due (epoch ms by the application's clock)
  every bigint not null,
  due bigint not null,
  -- somebody wants it now
  asked boolean not null default false,
  owner text,
  until timestamptz not null default 'epoch',
  -- rises with each claim: a worker that was believed dead cannot install
  epoch integer not null default 0,
  phase text not null default '' check (phase in ('', 'gathering', 'fitting', 'installing')),
  started_at bigint,
  ended_at bigint,
  outcome text not null default '' check (outcome in ('', 'installed', 'nothing_new', 'failed')),
  -- reason code and words of the last failure
  reason text not null default '',
  detail text not null default '',
  failures integer not null default 0,
  took_ms integer not null default 0,
  primary key (workspace_id, model, task)
);
create index model_training_due on model_training (due);
