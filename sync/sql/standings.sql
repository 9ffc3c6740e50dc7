-- Which of these log-ins still stand, and where do their users' data? (one that is not in the answer is gone)
SELECT s.id::text,
       s.revoked_at IS NULL AND s.security_stamp = u.security_stamp AND u.is_active AND u.email_verified_at IS NOT NULL,
       h.epoch::text, h.version
  FROM accounts_session AS s
  JOIN accounts_user AS u ON u.id = s.user_id
  LEFT JOIN sync_head AS h ON h.user_id = u.id
 WHERE s.id = ANY(%(sessions)s::uuid[])
