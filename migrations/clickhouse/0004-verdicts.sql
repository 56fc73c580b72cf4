-- What rules of law and of the house said of messages.

-- owner: platform
-- One row for each message that all rules let pass (`policies`: id@version of each, parted by spaces), and one for each rule that refused
-- or deferred it, with its sentence, its citation and what it rests on. `stage`: when the message was decided, or handed over.
CREATE TABLE IF NOT EXISTS verdicts (
  workspace_id LowCardinality(String),
  profile_id String,
  effect_id String,
  journey_id LowCardinality(String),
  version UInt32,
  enrollment_id String,
  step_id LowCardinality(String),
  stage LowCardinality(String),
  channel LowCardinality(String),
  category LowCardinality(String),
  outcome LowCardinality(String),
  policy LowCardinality(String),
  policy_version UInt32,
  gate LowCardinality(String),
  jurisdiction LowCardinality(String),
  citation LowCardinality(String),
  reason String,
  evidence String CODEC(ZSTD(1)),
  policies LowCardinality(String),
  until UInt64,
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_effect effect_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, profile_id, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
