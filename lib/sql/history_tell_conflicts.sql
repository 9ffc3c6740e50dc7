-- Which values do these conflicts name in today's words? (captured, as every change: their devices pull them)
UPDATE sync_conflict AS c SET fields = t.fields
  FROM json_to_recordset(%(told)s::json) AS t (id uuid, fields jsonb)
 WHERE c.id = t.id
