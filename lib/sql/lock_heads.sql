-- Who is about to be written for? (locks their heads, the smallest id first, as all do who lock several)
SELECT sync_lock(o.user_id) FROM (SELECT u.user_id FROM unnest(%(user_ids)s::uuid[]) AS u (user_id) ORDER BY u.user_id) AS o
