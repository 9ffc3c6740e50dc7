-- What was written of these records since the version that each was edited on? Which write made the version before? And of what is deleted, all since it was there? And what touched them?
SELECT DISTINCT ON (k.entity, k.id, l.version, l.n)
       k.entity, k.id::text, l.version, l.n, l.op, l.before, l.patch, l.eff_ms, l.logged_ms, l.device_id::text, l.seq, l.mutation_id::text
  FROM json_to_recordset(%(keys)s::json) AS k (entity smallint, id uuid, base bigint, behind boolean, deleted boolean)
 CROSS JOIN LATERAL (
       (SELECT * FROM sync_log AS s WHERE s.entity = k.entity AND s.record_id = k.id AND k.behind AND s.version > k.base)
       UNION ALL
       (SELECT * FROM sync_log AS s WHERE s.entity = k.entity AND s.record_id = k.id AND k.behind AND s.version <= k.base
         ORDER BY s.version DESC, s.n LIMIT 1)
       UNION ALL
       (SELECT * FROM sync_log AS s WHERE s.entity = k.entity AND s.record_id = k.id AND s.op = 'T')
       UNION ALL
       (SELECT * FROM sync_log AS s WHERE k.deleted AND s.entity = k.entity AND s.record_id = k.id AND s.version >= (
          SELECT coalesce(max(d.version), 0) FROM sync_log AS d WHERE d.entity = k.entity AND d.record_id = k.id AND d.op IN ('I', 'U')))
       ) AS l
 ORDER BY k.entity, k.id, l.version, l.n
