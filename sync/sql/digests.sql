-- Does a device hold what the server holds? (per entity: count, and sum mod 2^64 of the first 8 bytes of md5(id:version))
-- As signed numbers they are summed in one go; modulo 2^64 they are the same.
SELECT e.name, count(*),
       mod(mod(sum(('x' || left(md5(r.id || ':' || r.version), 16))::bit(64)::bigint), 18446744073709551616) + 18446744073709551616, 18446744073709551616)::text
  FROM sync_record AS r JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity
 WHERE r.user_id = %(user_id)s::uuid AND NOT r.deleted
 GROUP BY e.name
 ORDER BY e.name
