-- Who was put where by hold-outs and experiments, told once, at the first decision point that asked.

-- owner: platform
-- One row for each person, experiment and period. `kind`: holdout or experiment; `period`: of a hold-out that rotates (`2026q4`), else ''.
-- `unit` is the profile that the draw was made of, `share` the chance of this arm in (0, 1], `is_control` whether it is the comparison arm.
-- `crossed`: two profiles of different arms became one person, who belongs to neither: told once more, with the arm that holds from then on.
-- Splits and choices of journeys tell what they drew in `decisions`.
CREATE TABLE IF NOT EXISTS assignments (
  workspace_id LowCardinality(String),
  profile_id String,
  kind LowCardinality(String),
  experiment LowCardinality(String),
  version UInt32,
  period LowCardinality(String),
  unit String,
  arm LowCardinality(String),
  is_control UInt8,
  share Float64,
  crossed UInt8,
  journey_id LowCardinality(String),
  step_id LowCardinality(String),
  cause String,
  at DateTime64(3, 'UTC'),
  partition UInt16,
  seq UInt64,
  ix UInt32,
  INDEX by_profile profile_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = MergeTree
ORDER BY (workspace_id, experiment, period, at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
