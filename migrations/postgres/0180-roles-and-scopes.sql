-- Making something live and letting messages leave are two permissions; managing keys is one of its own; two more roles.
alter table members drop constraint members_role_check;
alter table members add constraint members_role_check
  check (role in ('viewer', 'marketer', 'approver', 'compliance', 'analyst', 'developer', 'admin'));

-- A key that could publish could also let messages leave, and one that could administer could also manage keys.
update keys set scopes = array_remove(scopes, 'journeys:publish') || array['publish', 'send'] where 'journeys:publish' = any (scopes);
update keys set scopes = scopes || array['keys:write'] where 'workspace:admin' = any (scopes);
