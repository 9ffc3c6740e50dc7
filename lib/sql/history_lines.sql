-- What does the log remember of these owners' records of an entity, and of how its conflicts were decided?
SELECT l.entity, l.record_id::text, l.version, l.n, CASE WHEN l.entity = %(code)s THEN l.before END, l.patch
  FROM sync_log AS l
 WHERE l.user_id = ANY(%(owners)s::uuid[])
   AND (l.entity = %(code)s
        OR (l.entity = %(conflict)s AND l.patch IS NOT NULL
            AND EXISTS (SELECT FROM sync_conflict AS c WHERE c.id = l.record_id AND c.entity = %(name)s)))
