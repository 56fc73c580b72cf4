-- Facts as rows, each with its place on the log. `partition`, `seq`, `ix` say where it came from.
--
-- No PARTITION BY: an insert then is one part, so it commits as a whole, and an event with a
-- wild date cannot spread one insert over hundreds of parts.
-- The deduplication window remembers the tokens of the last inserts: a repeat changes nothing.
-- fsync: an insert that returned has reached the disk, and so has the name of its folder.

-- owner: platform
CREATE TABLE IF NOT EXISTS events (
  workspace_id LowCardinality(String),
  profile_id String,
  message_id String,
  type LowCardinality(String),
  name LowCardinality(String),
  at DateTime64(3, 'UTC'),
  received DateTime64(3, 'UTC'),
  properties String CODEC(ZSTD(1)),
  verdict LowCardinality(String),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, name, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- owner: platform
CREATE TABLE IF NOT EXISTS transitions (
  workspace_id LowCardinality(String),
  profile_id String,
  journey_id LowCardinality(String),
  version UInt32,
  enrollment_id String,
  kind LowCardinality(String),
  from_step LowCardinality(String),
  to_step LowCardinality(String),
  reason LowCardinality(String),
  arm LowCardinality(String),
  value Float64,
  at DateTime64(3, 'UTC'),
  cause String,
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_enrollment enrollment_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, journey_id, version, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- owner: platform
CREATE TABLE IF NOT EXISTS deliveries (
  workspace_id LowCardinality(String),
  profile_id String,
  effect_id String,
  journey_id LowCardinality(String),
  version UInt32,
  enrollment_id String,
  step_id LowCardinality(String),
  channel LowCardinality(String),
  status LowCardinality(String),
  reason LowCardinality(String),
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_enrollment enrollment_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_effect effect_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, journey_id, version, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- owner: platform
CREATE TABLE IF NOT EXISTS decisions (
  workspace_id LowCardinality(String),
  profile_id String,
  journey_id LowCardinality(String),
  version UInt32,
  enrollment_id String,
  step_id LowCardinality(String),
  arm LowCardinality(String),
  propensity Float64,
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_enrollment enrollment_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, journey_id, version, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
