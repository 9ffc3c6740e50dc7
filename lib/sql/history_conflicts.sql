-- Which values do these owners' conflicts about an entity name?
SELECT c.id::text, c.fields::text FROM sync_conflict AS c WHERE c.user_id = ANY(%(owners)s::uuid[]) AND c.entity = %(name)s
