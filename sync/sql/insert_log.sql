-- Which writes does this push make? (before the rows themselves, so that the capture triggers find them logged)
-- What the first write of a record found is what stands in its record. A touch comes behind the lines of its version, and so
-- does what a transaction writes again. Of an object that is read as text, json_to_recordset takes the very characters.
INSERT INTO sync_log (user_id, version, n, entity, record_id, op, before, patch, eff_ms, logged_ms, device_id, seq, mutation_id, source)
SELECT %(user_id)s::uuid, w.version,
       w.n + CASE WHEN w.op = 'T' OR %(again)s::boolean
                  THEN coalesce((SELECT max(l.n) + 1 FROM sync_log AS l WHERE l.entity = w.entity AND l.record_id = w.record_id AND l.version = w.version), 0)
                  ELSE 0 END,
       w.entity, w.record_id, w.op, CASE WHEN w.first THEN r.data ELSE w.before END, w.patch, w.eff_ms,
       CASE WHEN %(version)s::bigint IS NULL THEN %(at_ms)s ELSE (SELECT h.last_ms FROM sync_head AS h WHERE h.user_id = %(user_id)s::uuid) END,
       %(device_id)s::uuid, w.seq, w.mutation_id, %(source)s
  FROM json_to_recordset(%(writes)s::json) AS w
       (version bigint, n integer, entity smallint, record_id uuid, op text, first boolean, before text, patch text, eff_ms bigint, seq bigint, mutation_id uuid)
  LEFT JOIN sync_record AS r ON w.first AND r.entity = w.entity AND r.id = w.record_id
