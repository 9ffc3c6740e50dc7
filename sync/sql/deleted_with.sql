-- Which of these deletions went along with that of a parent? (which stands in the log under the same version)
SELECT DISTINCT k.entity, k.id::text, k.version
  FROM json_to_recordset(%(lines)s::json) AS k (entity smallint, id uuid, version bigint, above smallint, above_id uuid)
 WHERE EXISTS (SELECT FROM sync_log AS p WHERE p.entity = k.above AND p.record_id = k.above_id AND p.version = k.version AND p.op = 'D')
