-- Under which version does this transaction write, and at which time?
SELECT version, last_ms FROM sync_head WHERE user_id = %(user_id)s::uuid AND sync_alloc(%(user_id)s::uuid) > 0
