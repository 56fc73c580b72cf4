-- Which variants the person could have got in the slot, in the order of the template: who could not get one says nothing about it.
ALTER TABLE exposures ADD COLUMN IF NOT EXISTS among LowCardinality(String) DEFAULT '';
