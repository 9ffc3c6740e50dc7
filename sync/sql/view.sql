-- Where do the user's data stand, how far has this device come, and how many conflicts wait for the user?
SELECT h.epoch::text, h.version, h.last_ms, h.min_version, d.last_seq, d.acked_version,
       (SELECT count(*) FROM sync_conflict AS c WHERE c.user_id = h.user_id AND c.status = 'open' AND c.deleted_at IS NULL)
  FROM sync_head AS h
  LEFT JOIN (SELECT s.* FROM sync_device AS s JOIN accounts_device AS a ON a.id = s.device_id
              WHERE s.device_id = %(device_id)s::uuid AND a.user_id = %(user_id)s::uuid) AS d ON TRUE
 WHERE h.user_id = %(user_id)s::uuid
