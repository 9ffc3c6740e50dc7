-- Did this counter stand?
DELETE FROM lib_counter WHERE key = %(key)s RETURNING 1
