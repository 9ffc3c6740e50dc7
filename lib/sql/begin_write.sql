-- Who is about to write, and by which way? (locks the user's head before any row; requests give up after a while)
SELECT set_config('sync.source', %(source)s, TRUE), set_config('lock_timeout', %(patience)s, TRUE), sync_lock(%(user_id)s::uuid)
