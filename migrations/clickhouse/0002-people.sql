-- What conditions ask of people, and who came into and left which segment.

-- owner: platform
-- One row for each change of a person's attributes, permits, lists or scores; the row of the greatest `seq` is the person as they are.
-- A profile that became another one says so in `merged_into`. JSON columns hold what ClickHouse's parser can read as it is.
CREATE TABLE IF NOT EXISTS people (
  workspace_id LowCardinality(String),
  profile_id String,
  attributes String,
  permits String,
  lists String,
  scores String,
  merged_into String,
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32
) ENGINE = ReplacingMergeTree(seq)
ORDER BY (workspace_id, profile_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- owner: platform
CREATE TABLE IF NOT EXISTS memberships (
  workspace_id LowCardinality(String),
  profile_id String,
  segment_id LowCardinality(String),
  kind LowCardinality(String),
  reason LowCardinality(String),
  cause String,
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, segment_id, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
