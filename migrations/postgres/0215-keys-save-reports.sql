-- Saving reports became a right of its own. A key that could publish could also make reports, goals and experiments hold; none loses that.
update keys set scopes = scopes || array['reports:save']
where 'publish' = any (scopes) and not 'reports:save' = any (scopes);
