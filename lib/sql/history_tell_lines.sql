-- What do these lines of the log say in today's words?
UPDATE sync_log AS l SET before = coalesce(t.before, l.before), patch = coalesce(t.patch, l.patch)
  FROM json_to_recordset(%(told)s::json) AS t (entity smallint, record_id uuid, version bigint, n integer, before text, patch text)
 WHERE (l.entity, l.record_id, l.version, l.n) = (t.entity, t.record_id, t.version, t.n)
