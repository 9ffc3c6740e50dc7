-- Does a device hold what the server holds? (per entity: count, and sum mod 2^64 of the first 8 bytes of md5(id:version))
SELECT e.name, count(*),
       mod(sum(('x' || left(md5(r.id || ':' || r.version), 8))::bit(32)::bigint::numeric * 4294967296
             + ('x' || substr(md5(r.id || ':' || r.version), 9, 8))::bit(32)::bigint), 18446744073709551616)::text
  FROM sync_record AS r JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity
 WHERE r.user_id = %(user_id)s::uuid AND NOT r.deleted
 GROUP BY e.name
 ORDER BY e.name
