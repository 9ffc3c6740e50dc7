-- How do the user's live records look as lines of JSON? (all, or of one entity, in no order)
SELECT '{"type":"record","entity":"' || e.name || '","id":"' || r.id || '","version":' || r.version
    || ',"deleted":false,"last_modified_at":"' || to_char(timestamp '1970-01-01' + r.modified_ms * interval '1 millisecond', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","data":' || r.data || E'}\n'
  FROM sync_record AS r JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity
 WHERE r.user_id = %(user_id)s::uuid AND NOT r.deleted AND (%(entity)s::smallint IS NULL OR r.entity = %(entity)s::smallint)
