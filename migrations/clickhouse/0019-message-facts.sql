-- What reports cut messages by, said when a message is put into the outbox: topic, lane, template, and whose mail servers take it (of e-mail).
ALTER TABLE deliveries
  ADD COLUMN IF NOT EXISTS topic LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS lane LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS template LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS mail_domain LowCardinality(String) DEFAULT '',
  -- Of a hand-over: the how many-th try it was; 0: nobody said.
  ADD COLUMN IF NOT EXISTS tries UInt16 DEFAULT 0,
  -- Of an opening or a click: `person`, `suspect` or `machine` (channels/machine.ts); '': nobody could tell.
  ADD COLUMN IF NOT EXISTS fetcher LowCardinality(String) DEFAULT '';
