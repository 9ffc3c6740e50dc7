-- What did SQL delete together with these that hung on them? (where the rows are gone for good, only the records tell)
WITH gone AS MATERIALIZED (
  SELECT k.below, k.field, k.id::text AS parent, d.version
    FROM json_to_recordset(%(above)s::json) AS k (entity smallint, id uuid, below smallint, field text)
    JOIN sync_log AS d ON d.entity = k.entity AND d.record_id = k.id AND d.op = 'D' AND d.source = 'sql'
), went AS MATERIALIZED (
  SELECT r.entity, r.id, r.version, r.data::json ->> v.field AS parent
    FROM (SELECT DISTINCT below, field, version FROM gone) AS v
    JOIN sync_record AS r ON r.user_id = %(user_id)s::uuid AND r.entity = v.below AND r.version = v.version AND r.deleted
)
SELECT DISTINCT w.entity, w.id::text
  FROM went AS w JOIN gone AS g ON g.below = w.entity AND g.version = w.version AND g.parent = w.parent
