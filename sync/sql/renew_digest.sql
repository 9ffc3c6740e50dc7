-- What do the records say? (called under the lock on their owner's head)
INSERT INTO sync_digest AS d (user_id, entity, records, total)
SELECT %(user_id)s::uuid, %(entity)s, count(*), coalesce(mod(sum(sync_mark(id, version)), 18446744073709551616), 0)
  FROM sync_record WHERE user_id = %(user_id)s::uuid AND entity = %(entity)s AND NOT deleted
    ON CONFLICT (user_id, entity) DO UPDATE SET records = excluded.records, total = excluded.total
