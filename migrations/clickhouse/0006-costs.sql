-- By which provider a message left, and what it cost there: reports add it up by journey, provider and day.
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS provider LowCardinality(String) DEFAULT '';
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS units UInt32 DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS cost Decimal(18, 6) DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS currency LowCardinality(String) DEFAULT '';
