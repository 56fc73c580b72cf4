-- What was compared when the slot of a cap was kept for another journey's message.
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS worth Float64 DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS worth_kept_for Float64 DEFAULT 0;
