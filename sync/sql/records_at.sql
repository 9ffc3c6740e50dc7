-- How did these records of the user stand at this time, and what has the device said of them since?
SELECT k.entity, k.id::text, r.version, r.deleted, r.data, r.modified_ms <= %(at_ms)s, later.version, later.before, earlier.op = 'D', own.said
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid)
  JOIN sync_record AS r ON r.entity = k.entity AND r.id = k.id AND r.user_id = %(user_id)s::uuid
  LEFT JOIN LATERAL (
       SELECT l.version, l.before FROM sync_log AS l
        WHERE l.entity = k.entity AND l.record_id = k.id AND l.op <> 'T' AND l.logged_ms > %(at_ms)s
        ORDER BY l.version, l.n
        LIMIT 1) AS later ON TRUE
  LEFT JOIN LATERAL (
       SELECT l.op FROM sync_log AS l
        WHERE l.entity = k.entity AND l.record_id = k.id AND l.op <> 'T' AND l.logged_ms <= %(at_ms)s
        ORDER BY l.version DESC, l.n DESC
        LIMIT 1) AS earlier ON TRUE
 CROSS JOIN LATERAL (
       SELECT json_agg(l.patch::json ORDER BY l.seq) AS said FROM sync_log AS l
        WHERE l.entity = k.entity AND l.record_id = k.id AND l.device_id = %(device_id)s::uuid AND l.logged_ms > %(at_ms)s AND l.patch IS NOT NULL) AS own
