-- What changed after this position? (one row: the changes as text, how many, whether there are more, the last position)
WITH page AS (
  SELECT r.* FROM sync_record AS r
   WHERE r.user_id = %(user_id)s::uuid AND (r.version, r.entity, r.id) > (%(version)s, %(entity)s::smallint, %(id)s::uuid)
   ORDER BY r.version, r.entity, r.id
   LIMIT %(limit)s + 1
), numbered AS (
  SELECT page.*, row_number() OVER (ORDER BY version, entity, id) AS number FROM page
), taken AS (
  SELECT * FROM numbered WHERE number <= %(limit)s
), last AS (
  SELECT version, entity, id FROM taken ORDER BY number DESC LIMIT 1
)
SELECT (SELECT '[' || string_agg(
       '{"entity":"' || e.name || '","id":"' || r.id || '","version":' || r.version || ',"deleted":' || CASE WHEN r.deleted THEN 'true' ELSE 'false' END
    || ',"last_modified_at":"' || to_char(to_timestamp(r.modified_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","data":' || CASE WHEN r.deleted THEN 'null' ELSE r.data END || '}'
       , ',' ORDER BY r.number) || ']'
          FROM taken AS r JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity),
       (SELECT count(*) FROM taken),
       (SELECT count(*) FROM numbered) > %(limit)s,
       last.version, last.entity, last.id::text
  FROM (SELECT) AS one LEFT JOIN last ON TRUE
