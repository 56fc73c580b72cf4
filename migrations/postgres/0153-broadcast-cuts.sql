-- Where the money of a budget does not reach for all whom a broadcast goes to: who comes first.
-- Null: nobody has looked yet; {}: it reaches.
alter table broadcasts add column cut jsonb;
