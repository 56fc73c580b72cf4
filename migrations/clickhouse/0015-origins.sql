-- Where visits came from: campaign parameters, the kind of click id, the host that sent them. '' where an event says nothing of it.
ALTER TABLE events
  ADD COLUMN IF NOT EXISTS utm_source LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS utm_medium LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS utm_campaign LowCardinality(String) DEFAULT '',
  -- Its name only (`gclid`): the id itself stays in the properties.
  ADD COLUMN IF NOT EXISTS click_id LowCardinality(String) DEFAULT '',
  -- `(internal)`: from another page of the same site; `(none)`: nobody sent them.
  ADD COLUMN IF NOT EXISTS referrer LowCardinality(String) DEFAULT '';
