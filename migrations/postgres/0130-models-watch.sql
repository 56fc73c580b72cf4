-- What models keep of everybody is watched too: from the revision on at which a workspace has its first model.

alter table segment_watches drop constraint segment_watches_kind_check;
alter table segment_watches add constraint segment_watches_kind_check check (kind in ('condition', 'aggregate', 'models'));
