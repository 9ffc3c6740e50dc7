-- Where do the user's data stand, how far has this device come, how many conflicts wait for the user, and when were these versions given out?
SELECT h.epoch::text, h.version, h.last_ms, h.min_version, d.last_seq, d.acked_version,
       (SELECT count(*) FROM sync_conflict AS c WHERE c.user_id = h.user_id AND c.status = 'open' AND c.deleted_at IS NULL),
       (SELECT json_object_agg(v.version, l.logged_ms)
          FROM unnest(%(versions)s::bigint[]) AS v (version)
         CROSS JOIN LATERAL (SELECT s.logged_ms FROM sync_log AS s
                              WHERE s.user_id = %(user_id)s::uuid AND s.version = v.version AND s.op <> 'T' LIMIT 1) AS l)
  FROM sync_head AS h
  LEFT JOIN (SELECT s.* FROM sync_device AS s JOIN accounts_device AS a ON a.id = s.device_id
              WHERE s.device_id = %(device_id)s::uuid AND a.user_id = %(user_id)s::uuid) AS d ON TRUE
 WHERE h.user_id = %(user_id)s::uuid
