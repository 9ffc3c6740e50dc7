-- Which digests do not say what the records say? (of one moment: a write changes both in one transaction)
SELECT coalesce(d.user_id, r.user_id), coalesce(d.entity, r.entity)
  FROM (SELECT user_id, entity, count(*) AS records, sum(sync_mark(id, version)) AS total
          FROM sync_record WHERE NOT deleted GROUP BY user_id, entity) AS r
  FULL JOIN (SELECT * FROM sync_digest WHERE records <> 0 OR mod(total, 18446744073709551616) <> 0) AS d
         ON d.user_id = r.user_id AND d.entity = r.entity
 WHERE d.records IS DISTINCT FROM r.records OR mod(d.total - r.total, 18446744073709551616) IS DISTINCT FROM 0
 ORDER BY 1, 2
