-- Suppression lists: by channel, with who put an address there and why; hashed entries outlive the erasure of a person.

alter table suppressions
  -- '' is every channel that uses the address
  add column channel text not null default '',
  -- the address is HMAC-SHA-256 of it, in hexadecimal
  add column hashed boolean not null default false,
  add column note text not null default '',
  add column by text not null default '';
alter table suppressions drop constraint suppressions_pkey, add primary key (workspace_id, address, channel, topic);
alter table suppressions drop constraint suppressions_reason_check,
  add constraint suppressions_reason_check check (reason in ('unsubscribed', 'bounced', 'complained', 'manual', 'imported', 'erased'));
create index suppressions_newest on suppressions (workspace_id, at desc, address);
