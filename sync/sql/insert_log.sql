-- Which writes does this push make? (before the rows themselves, so that the capture triggers find them logged)
-- Of an object that is read as text, json_to_recordset takes the very characters.
INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, patch, eff_ms, logged_ms, device_id, seq, mutation_id, source)
SELECT %(user_id)s::uuid, w.version,
       w.n + coalesce((SELECT max(l.n) + 1 FROM sync_log AS l WHERE l.entity = w.entity AND l.record_id = w.record_id AND l.version = w.version), 0),
       w.entity, w.record_id, w.op, w.before, w.patch, w.eff_ms, %(logged_ms)s, %(device_id)s::uuid, w.seq, w.mutation_id, %(source)s
  FROM json_to_recordset(%(writes)s::json) AS w
       (version bigint, n integer, entity smallint, record_id uuid, op text, before text, patch text, eff_ms bigint, seq bigint, mutation_id uuid)
