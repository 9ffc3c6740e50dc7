-- What became of each mutation? (one that was deferred is decided now: as it was sent now, maybe by a copy of its device)
INSERT INTO sync_mutation AS m (user_id, mutation_id, record_id, device_id, seq, payload_sha256, payload, status, result, received_at, source)
SELECT %(user_id)s::uuid, i.mutation_id, i.record_id, %(device_id)s::uuid, i.seq, decode(i.sha256, 'hex'), decode(i.payload, 'base64'), i.status, i.result, %(at)s, %(source)s
  FROM json_to_recordset(%(items)s::json) AS i
       (mutation_id uuid, record_id uuid, seq bigint, sha256 text, payload text, status text, result text)
    ON CONFLICT (user_id, mutation_id) DO UPDATE
   SET (status, result, record_id, device_id, seq, payload)
     = (excluded.status, excluded.result, excluded.record_id, excluded.device_id, excluded.seq, excluded.payload)
 WHERE m.status = 'deferred'
