-- Which deleted records of an entity leave for good? (with their row and their log; {{kept}}: the id, never to be used again)
WITH gone AS MATERIALIZED (
  SELECT r.id, r.version FROM sync_record AS r
   WHERE r.user_id = %(user_id)s::uuid AND r.deleted AND r.entity = %(entity)s
     AND r.modified_ms < %(rest_ms)s AND (r.version <= %(acked)s OR r.modified_ms < %(late_ms)s)
     AND NOT EXISTS (SELECT FROM {table} AS t WHERE t.id = r.id AND t.deleted_at IS NULL){unreferenced}
   ORDER BY r.version
   LIMIT %(limit)s
), ids AS (
  INSERT INTO sync_purged (entity, id, user_id, version) SELECT %(entity)s, {kept}, %(user_id)s::uuid, version FROM gone ON CONFLICT DO NOTHING
), lines AS (
  DELETE FROM sync_log AS l USING gone WHERE l.entity = %(entity)s AND l.record_id = gone.id
), records AS (
  DELETE FROM sync_record AS r USING gone WHERE r.entity = %(entity)s AND r.id = gone.id
), rows AS (
  DELETE FROM {table} AS t USING gone WHERE t.id = gone.id
)
SELECT count(*), coalesce(max(version), 0) FROM gone
