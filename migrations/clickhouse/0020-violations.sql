-- How events broke the tracking plan that was in force when they were accepted, and by which source events came.
ALTER TABLE events ADD COLUMN IF NOT EXISTS source LowCardinality(String) DEFAULT '';

-- owner: events
CREATE TABLE IF NOT EXISTS violations (
  workspace_id LowCardinality(String),
  profile_id String,
  message_id String,
  name LowCardinality(String),
  kind LowCardinality(String),
  property LowCardinality(String),
  says LowCardinality(String),
  source LowCardinality(String),
  at DateTime64(3, 'UTC'),
  received DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, name, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
