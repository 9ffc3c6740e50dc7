-- Up to which version has every device in use pulled? (0 where no device tells)
SELECT coalesce(min(coalesce(s.acked_version, 0)), 0)
  FROM accounts_device AS d LEFT JOIN sync_device AS s ON s.device_id = d.id
 WHERE d.user_id = %(user_id)s::uuid AND d.revoked_at IS NULL AND coalesce(s.seen_at, d.created_at) >= %(since)s
