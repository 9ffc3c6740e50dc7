-- What changed in the versions after this one? (whole versions: so many that they hold `limit` changes after the counted one)
-- (JSON writes a time faster than to_char; one microsecond more, cut off again, keeps the zeros before it)
WITH counted AS (
  SELECT r.version FROM sync_record AS r
   WHERE r.user_id = %(user_id)s::uuid AND r.version > %(counted)s
   ORDER BY r.version
   LIMIT %(limit)s
), last AS (
  SELECT greatest(max(version), %(counted)s) AS version FROM counted
), taken AS (
  SELECT r.* FROM last JOIN sync_record AS r ON r.version <= last.version
   WHERE r.user_id = %(user_id)s::uuid AND r.version > %(after)s
)
SELECT (SELECT '[' || string_agg(
       '{"entity":"' || e.name || '","id":"' || r.id || '","version":' || r.version || ',"deleted":' || CASE WHEN r.deleted THEN 'true' ELSE 'false' END
    || ',"last_modified_at":' || left(to_json(timestamp '1970-01-01 00:00:00.000001' + r.modified_ms * interval '1 millisecond')::text, -2)
    || '0Z","data":' || CASE WHEN r.deleted AND r.entity <> ALL(%(readable)s::smallint[]) THEN 'null' ELSE r.data END || '}'
       , ',' ORDER BY r.version, e.place, r.id) || ']'
          FROM taken AS r JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text, place integer) ON e.code = r.entity),
       (SELECT count(*) FROM taken),
       EXISTS (SELECT FROM sync_record AS r WHERE r.user_id = %(user_id)s::uuid AND r.version > last.version),
       last.version, %(last_entity)s, %(last_id)s,
       (SELECT max(modified_ms) FROM taken)
  FROM last
