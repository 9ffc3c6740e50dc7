-- Does a device hold what the server holds? (per entity: count, and sum mod 2^64 of the first 8 bytes of md5(id:version))
-- As signed numbers they are summed in one go; modulo 2^64 they are the same.
SELECT e.name, r.records, mod(mod(r.total, 18446744073709551616) + 18446744073709551616, 18446744073709551616)::text
  FROM (SELECT entity, count(*) AS records, sum(('x' || left(md5(id || ':' || version), 16))::bit(64)::bigint) AS total
          FROM sync_record
         WHERE user_id = %(user_id)s::uuid AND NOT deleted AND (%(entities)s::smallint[] IS NULL OR entity = ANY (%(entities)s::smallint[]))
         GROUP BY entity) AS r
  JOIN json_to_recordset(%(names)s::json) AS e (code smallint, name text) ON e.code = r.entity
 ORDER BY e.name
