-- After which version did something change at this time or later, which one is of this very time, and was nothing of then purged?
-- (versions and times rise together, so that halving finds it in the index of the pull: a look for each binary digit of the version)
WITH RECURSIVE search (low, high) AS (
  SELECT 0::bigint, %(head)s::bigint
   UNION ALL
  SELECT CASE WHEN probe.modified_ms < %(since_ms)s THEN probe.version ELSE s.low END,
         CASE WHEN probe.modified_ms < %(since_ms)s THEN s.high ELSE (s.low + s.high) / 2 END
    FROM search AS s
    LEFT JOIN LATERAL (
         SELECT r.version, r.modified_ms FROM sync_record AS r
          WHERE r.user_id = %(user_id)s::uuid AND r.version > (s.low + s.high) / 2
          ORDER BY r.version
          LIMIT 1) AS probe ON TRUE
   WHERE s.low < s.high
)
SELECT s.low,
       coalesce((SELECT CASE WHEN r.modified_ms = %(since_ms)s THEN r.version END FROM sync_record AS r
                  WHERE r.user_id = %(user_id)s::uuid AND r.version > s.low ORDER BY r.version LIMIT 1), s.low),
       %(min_version)s = 0 OR %(since_ms)s >= %(last_ms)s
    OR %(since_ms)s >= (SELECT r.modified_ms FROM sync_record AS r
                         WHERE r.user_id = %(user_id)s::uuid AND r.version > %(min_version)s ORDER BY r.version LIMIT 1)
  FROM search AS s
 WHERE s.low >= s.high
