-- Which ids of these entities has a user ever used?
SELECT r.id::text FROM sync_record AS r WHERE r.user_id = %(user_id)s::uuid AND r.entity = ANY(%(codes)s::smallint[])
 UNION ALL
SELECT p.id::text FROM sync_purged AS p WHERE p.user_id = %(user_id)s::uuid AND p.entity = ANY(%(codes)s::smallint[])
