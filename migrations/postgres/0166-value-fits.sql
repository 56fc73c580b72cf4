-- What is learned of how a workspace's people buy: parameters, likelihoods, and how the forecast did on the past.

-- owner: measurement
create table value_fits (
  workspace_id text not null,
  -- of the document `lifetime-value`
  id text not null,
  -- epoch ms
  at bigint not null,
  -- format, settings, and the fit; or why there is none
  fit jsonb not null,
  primary key (workspace_id, id, at)
);
