-- (sets a counter)
INSERT INTO lib_counter (key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires
