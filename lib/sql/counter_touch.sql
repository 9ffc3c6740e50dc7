-- Did this counter stand, to live longer now?
UPDATE lib_counter SET expires = %(expires)s WHERE key = %(key)s AND expires > %(now)s RETURNING 1
