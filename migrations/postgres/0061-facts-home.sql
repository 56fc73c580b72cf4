-- owner: platform
-- Which built-in ClickHouse the facts of this database lie in, when they lie in one: it belongs to one process, and a second one would stay empty.
create table facts_home (
  one boolean primary key default true check (one),
  home text not null,
  directory text not null
);
