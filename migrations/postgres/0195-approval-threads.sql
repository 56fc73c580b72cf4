-- Requests for the same thing are one story: what was asked before, what was said about it, and what is different now.

alter table approval_requests
  -- what whoever asks says to those who decide
  add column note text not null default '',
  -- what it is about, whatever it says: the operation and the names of what it touches
  add column subject text not null default '',
  -- the request before it about the same
  add column follows text;
create index approval_requests_subject on approval_requests (workspace_id, subject, requested_at) where subject <> '';
