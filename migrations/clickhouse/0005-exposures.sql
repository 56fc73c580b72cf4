-- What people were shown in the slots of messages that were handed over.

-- owner: platform
-- One row for each slot; of a recommendation one for each product (`item`).
CREATE TABLE IF NOT EXISTS exposures (
  workspace_id LowCardinality(String),
  profile_id String,
  effect_id String,
  template LowCardinality(String),
  version UInt32,
  slot LowCardinality(String),
  variant LowCardinality(String),
  item String,
  propensity Float64,
  chosen_by LowCardinality(String),
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_effect effect_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, template, slot, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
