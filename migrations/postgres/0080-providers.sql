-- Messages that leave by a provider of the workspace's own wait in that provider's queue, so that no other one waits behind it.

-- '': the server's own way. '?': nobody has said yet by which provider. Else the provider that it waits for, or left by.
alter table outbox add column route text not null default '';
-- Claims that were no attempt: the message was put back before anything was tried.
alter table outbox add column deferred integer not null default 0;

drop index outbox_ready;
create index outbox_ready on outbox (channel, lane, due) where status = 'ready' and route = '';
create index outbox_routed on outbox (workspace_id, route, lane, due) where status = 'ready' and route <> '';
-- Receipts of providers name their own id.
create index outbox_provider_id on outbox (workspace_id, provider_id) where route <> '' and provider_id <> '';
-- Asked whenever messages are queued: which workspaces have providers of their own.
create index documents_providers on documents (workspace_id, (body->>'channel')) where kind = 'provider' and status = 'published';
-- Who writes from an address is who was written to there last.
create index outbox_written_to on outbox (workspace_id, address, created_at) where route <> '' and address <> '';
