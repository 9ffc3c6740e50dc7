-- Under which version does this transaction write?
SELECT sync_alloc(%(user_id)s::uuid)
