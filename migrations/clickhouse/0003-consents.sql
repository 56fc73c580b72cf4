-- Everything that was said about what people allow, with what shows it. Only ever added to: current permission is a fold of it.

-- owner: platform
CREATE TABLE IF NOT EXISTS consents (
  workspace_id LowCardinality(String),
  profile_id String,
  record_id String,
  channel LowCardinality(String),
  topic LowCardinality(String),
  status LowCardinality(String),
  effective UInt8,
  reason LowCardinality(String),
  basis LowCardinality(String),
  captured_at DateTime64(3, 'UTC'),
  at DateTime64(3, 'UTC'),
  source LowCardinality(String),
  method LowCardinality(String),
  wording LowCardinality(String),
  wording_version UInt32,
  wording_hash String,
  locale LowCardinality(String),
  address String,
  ip String,
  user_agent String,
  url String,
  token String,
  jurisdiction LowCardinality(String),
  controller LowCardinality(String),
  by LowCardinality(String),
  -- epoch ms; 0: it does not end by itself
  expires_at Int64,
  proof_ref String,
  actor String,
  supersedes String,
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, profile_id, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
