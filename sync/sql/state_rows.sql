-- Which records of an entity go into a table? (of one user, or of all; the live ones, and deleted ones that stay readable)
SELECT r.user_id::text, r.id::text, r.data, r.modified_ms, r.deleted
  FROM sync_record AS r
 WHERE r.entity = %(entity)s AND (NOT r.deleted OR %(readable)s::boolean) AND r.user_id <> %(catalogue)s::uuid
   AND (%(user_id)s::uuid IS NULL OR r.user_id = %(user_id)s::uuid)
 ORDER BY r.id
