-- Is this one of the user's devices, and how far has it come?
SELECT a.revoked_at, a.instance_token_hash, coalesce(s.last_seq, 0), coalesce(s.last_eff_ms, 0), coalesce(s.acked_version, 0)
  FROM accounts_device AS a
  LEFT JOIN sync_device AS s ON s.device_id = a.id
 WHERE a.id = %(device_id)s::uuid AND a.user_id = %(user_id)s::uuid
