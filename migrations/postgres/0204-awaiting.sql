-- Who was touched while a condition was being built, and had not been looked at by then, is looked at when the build is over.

-- owner: platform
-- The person waits for something that others say the end of. Most never do: the index holds only those who wait now.
alter table keyed_state add column awaiting boolean not null default false;
create index keyed_state_awaiting on keyed_state (workspace_id, id collate "C") where awaiting;

-- owner: segments
-- The revision from which what it brought in counts; it goes on until those who waited for it have been looked at.
alter table segment_builds add column finished bigint;
