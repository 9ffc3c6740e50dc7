-- What was written of the user's records, as lines of JSON, oldest first?
-- (JSON writes a time faster than to_char; one microsecond more, cut off again, keeps the zeros before it)
SELECT '{"type":"log","version":' || l.version || ',"n":' || l.n || ',"entity":"' || e.name || '","record_id":"' || l.record_id || '","op":"' || l.op
    || '","at":' || left(to_json(timestamp '1970-01-01 00:00:00.000001' + l.eff_ms * interval '1 millisecond')::text, -2)
    || '0Z","logged_at":' || left(to_json(timestamp '1970-01-01 00:00:00.000001' + l.logged_ms * interval '1 millisecond')::text, -2)
    || '0Z","device_id":' || coalesce('"' || l.device_id || '"', 'null') || ',"seq":' || l.seq
    || ',"mutation_id":' || coalesce('"' || l.mutation_id || '"', 'null') || ',"source":"' || l.source
    || '","before":' || coalesce(l.before, 'null') || ',"patch":' || coalesce(l.patch, 'null') || E'}\n'
  FROM sync_log AS l JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = l.entity
 WHERE l.user_id = %(user_id)s::uuid
 ORDER BY l.version, l.entity, l.record_id, l.n
