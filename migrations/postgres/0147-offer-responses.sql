-- What offers do to people on the whole; what they do to one person is a score of theirs.

-- owner: app
create table offer_responses (
  workspace_id text not null,
  model text not null,
  -- offers with effects and words, or why nothing can be said
  report jsonb not null,
  -- epoch ms
  at bigint not null,
  primary key (workspace_id, model)
);
