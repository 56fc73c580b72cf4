-- What experiments have shown, and guardrails that were crossed: past effects tell how large effects usually are here.

-- owner: measurement
create table experiment_results (
  workspace_id text not null,
  -- where chance drew: `choose:winback:nudge`
  experiment text not null,
  metric text not null,
  arm text not null,
  control text not null,
  at bigint not null,
  -- nothing is drawn there any more: what stands here is the last word
  ended boolean not null default false,
  verdict text not null,
  sentence text not null,
  -- of control's mean, with its standard error; null where it is not known
  effect double precision,
  se double precision,
  primary key (workspace_id, experiment, metric, arm, control)
);

-- owner: measurement
create table guardrail_crossings (
  workspace_id text not null,
  experiment text not null,
  metric text not null,
  arm text not null,
  -- of the document that was live: a guardrail acts once for each
  version integer not null,
  at bigint not null,
  -- what was done about it: `paused`, `replaced`, `told`
  did text not null,
  sentence text not null,
  primary key (workspace_id, experiment, metric, arm, version)
);
