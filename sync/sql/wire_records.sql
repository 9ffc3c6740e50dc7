-- How do these records of the user look on the wire?
SELECT e.name, r.id::text, r.version,
       '{"entity":"' || e.name || '","id":"' || r.id || '","version":' || r.version || ',"deleted":' || CASE WHEN r.deleted THEN 'true' ELSE 'false' END
    || ',"last_modified_at":"' || to_char(to_timestamp(r.modified_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","data":' || CASE WHEN r.deleted THEN 'null' ELSE r.data END || '}'
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  JOIN sync_record AS r ON r.entity = k.entity AND r.id = k.id AND r.user_id = %(user_id)s::uuid
  JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity
