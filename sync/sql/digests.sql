-- Does a device hold what the server holds? (per entity: count, and sum mod 2^64 of the first 8 bytes of md5(id:version))
SELECT e.name, d.records, mod(mod(d.total, 18446744073709551616) + 18446744073709551616, 18446744073709551616)::text
  FROM sync_digest AS d
  JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = d.entity
 WHERE d.user_id = %(user_id)s::uuid AND d.records > 0
   AND (%(entities)s::smallint[] IS NULL OR d.entity = ANY (%(entities)s::smallint[]))
 ORDER BY e.name
