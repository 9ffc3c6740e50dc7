-- Who is about to write, and by which way? (locks the user's head before any row)
SELECT set_config('sync.source', %(source)s, TRUE), sync_lock(%(user_id)s::uuid)
