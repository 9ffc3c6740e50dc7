-- What does this counter stand at after one more?
UPDATE lib_counter SET value = value + %(delta)s WHERE key = %(key)s AND expires > %(now)s RETURNING value
