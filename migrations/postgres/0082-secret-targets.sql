-- A secret belongs to where it was first used: whoever points a provider somewhere else has to give it again.
-- null: not used yet.
alter table secrets add column target text;
