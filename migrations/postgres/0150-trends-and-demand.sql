-- `trend` becomes how surprising the last day of a product is: -log10 of the chance of so much, 0 where it is no trend.
alter table products alter column trend set default 0;
update products set trend = 0 where trend <> 0;

-- Demand as Gamma-Poisson: purchases as if seen, with decay, over so many days as if watched. 0: none.
alter table products add column demand_units double precision not null default 0;
alter table products add column demand_days double precision not null default 0;
