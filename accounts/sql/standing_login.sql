-- Whose log-in is this, if it still stands? As SessionQuerySet.live().
SELECT {session}, {owner}
FROM accounts_session s
JOIN accounts_user u ON u.id = s.user_id
WHERE s.id = %(session_id)s
  AND s.revoked_at IS NULL
  AND u.is_active
  AND u.security_stamp = s.security_stamp
