-- Reports that were made by schedule or on demand, their files, and where they were taken.

-- owner: measurement
create table report_runs (
  workspace_id text not null,
  id text not null,
  report text not null,
  version integer not null,
  -- epoch ms: the moment of the schedule, or when somebody asked
  due bigint not null,
  -- '' by schedule, else who asked
  by text not null,
  state text not null check (state in ('open', 'done', 'partly', 'failed')),
  -- moments of the schedule that passed unmade before this one
  missed integer not null default 0,
  attempts integer not null default 0,
  -- epoch ms: not taken up again before
  next_at bigint not null,
  detail text not null default '',
  started_at bigint,
  ended_at bigint,
  primary key (workspace_id, id)
);
create unique index report_runs_due on report_runs (workspace_id, report, due) where by = '';
create index report_runs_open on report_runs (next_at) where state = 'open';

-- owner: measurement
-- One row for each place that a run is taken to.
create table report_deliveries (
  workspace_id text not null,
  run_id text not null,
  ix integer not null,
  destination jsonb not null,
  state text not null check (state in ('open', 'done', 'failed')),
  attempts integer not null default 0,
  next_at bigint not null,
  detail text not null default '',
  primary key (workspace_id, run_id, ix),
  foreign key (workspace_id, run_id) references report_runs (workspace_id, id) on delete cascade
);

-- owner: measurement
create table report_files (
  workspace_id text not null,
  id text not null,
  run_id text not null,
  name text not null,
  type text not null,
  bytes bytea not null,
  made_at bigint not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, run_id) references report_runs (workspace_id, id) on delete cascade
);
create index report_files_run on report_files (workspace_id, run_id);
