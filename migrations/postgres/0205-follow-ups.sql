-- owner: platform
-- Number of the last record of the partition that the handling of another one put there: what was accepted has had its say when such records
-- of it have been handled as well.
alter table log_heads add column told bigint not null default 0;
