-- How do the user's records look as lines of JSON? (all, or of one entity, in no order: the live ones, and deleted ones that stay readable)
-- (JSON writes a time faster than to_char; one microsecond more, cut off again, keeps the zeros before it)
SELECT '{"type":"record","entity":"' || e.name || '","id":"' || r.id || '","version":' || r.version
    || ',"deleted":' || CASE WHEN r.deleted THEN 'true' ELSE 'false' END || ',"last_modified_at":' || left(to_json(timestamp '1970-01-01 00:00:00.000001' + r.modified_ms * interval '1 millisecond')::text, -2)
    || '0Z","data":' || r.data || E'}\n'
  FROM sync_record AS r JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity
 WHERE r.user_id = %(user_id)s::uuid AND (NOT r.deleted OR r.entity = ANY(%(readable)s::smallint[])) AND (%(entity)s::smallint IS NULL OR r.entity = %(entity)s::smallint)
