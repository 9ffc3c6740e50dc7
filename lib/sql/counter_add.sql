-- Is this counter new, or has the old one expired?
INSERT INTO lib_counter (key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires
 WHERE lib_counter.expires <= %(now)s
RETURNING 1
