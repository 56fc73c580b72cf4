-- What choices rest on, and what models have said of people.

ALTER TABLE decisions
  ADD COLUMN IF NOT EXISTS decision_id String,
  ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT 'split',
  ADD COLUMN IF NOT EXISTS model LowCardinality(String),
  ADD COLUMN IF NOT EXISTS model_version UInt32,
  ADD COLUMN IF NOT EXISTS snapshot UInt32,
  ADD COLUMN IF NOT EXISTS decided_by LowCardinality(String),
  ADD COLUMN IF NOT EXISTS silence LowCardinality(String),
  ADD COLUMN IF NOT EXISTS record String;

ALTER TABLE decisions ADD INDEX IF NOT EXISTS by_decision decision_id TYPE bloom_filter(0.01) GRANULARITY 1;

-- owner: platform
CREATE TABLE IF NOT EXISTS predictions (
  workspace_id LowCardinality(String),
  profile_id String,
  effect_id String,
  model LowCardinality(String),
  model_version UInt32,
  snapshot UInt32,
  score Float64,
  features String,
  cause LowCardinality(String),
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_effect effect_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, model, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
