-- The product catalogue: what is sold, how its price went, and what the workspace's events say of it.

-- owner: content
create table products (
  workspace_id text not null,
  id text collate "C" not null,
  title text not null,
  url text not null,
  image text not null,
  price double precision not null,
  sale_price double precision,
  currency text not null,
  -- null: not counted
  stock integer,
  categories text[] not null,
  attributes jsonb not null,
  -- epoch ms: when somebody last said how it is, changed or not
  updated_at bigint not null,
  -- the feed that brought it; '' for imports and the API
  feed text not null default '',
  -- epoch ms: taken out of the catalogue
  gone_at bigint,
  -- counts of the workspace's own events; `28`: in the 28 days before the last 7
  views_7 integer not null default 0,
  views_28 integer not null default 0,
  purchases_7 integer not null default 0,
  purchases_28 integer not null default 0,
  trend double precision not null default 1,
  primary key (workspace_id, id)
);
create index products_popular on products (workspace_id, (purchases_7 + purchases_28) desc, (views_7 + views_28) desc) where gone_at is null;
create index products_trending on products (workspace_id, trend desc) where gone_at is null;
create index products_categories on products using gin (categories) where gone_at is null;

-- owner: content
-- One row for each change of a price.
create table product_prices (
  workspace_id text not null,
  product_id text not null,
  at bigint not null,
  price double precision not null,
  sale_price double precision,
  currency text not null,
  primary key (workspace_id, product_id, at)
);

-- owner: content
-- Products that were bought by the same people within 28 days, the 20 most frequent of each.
create table product_pairs (
  workspace_id text not null,
  product_id text not null,
  other_id text not null,
  together integer not null,
  primary key (workspace_id, product_id, other_id)
);

-- owner: content
-- How far the fetching of each product feed has come.
create table product_feeds (
  workspace_id text not null,
  id text not null,
  next_at bigint not null default 0,
  etag text not null default '',
  at bigint,
  -- 'done', 'same', or why it failed
  result text not null default '',
  rows integer not null default 0,
  refused integer not null default 0,
  faults jsonb not null default '[]',
  primary key (workspace_id, id)
);
