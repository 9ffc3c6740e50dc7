-- Who has tombstones, of which entities, and lines of the log that may be old enough to leave?
SELECT due.user_id, due.entities, due.log
  FROM (SELECT h.user_id,
               ARRAY(SELECT DISTINCT r.entity FROM sync_record AS r
                      WHERE r.user_id = h.user_id AND r.deleted
                        AND r.modified_ms < %(rest_ms)s AND (r.version <= seen.version OR r.modified_ms < %(late_ms)s)) AS entities,
               coalesce(%(log_ms)s > (SELECT l.logged_ms FROM sync_log AS l
                                       WHERE l.user_id = h.user_id AND l.op <> 'T' ORDER BY l.version LIMIT 1), FALSE) AS log
          FROM sync_head AS h
         CROSS JOIN LATERAL (
               SELECT coalesce(min(coalesce(s.acked_version, 0)), 0) AS version
                 FROM accounts_device AS d LEFT JOIN sync_device AS s ON s.device_id = d.id
                WHERE d.user_id = h.user_id AND d.revoked_at IS NULL AND coalesce(s.seen_at, d.created_at) >= %(since)s) AS seen
         WHERE %(user_id)s::uuid IS NULL OR h.user_id = %(user_id)s::uuid) AS due
 WHERE due.log OR due.entities <> '{}'
 ORDER BY due.user_id
