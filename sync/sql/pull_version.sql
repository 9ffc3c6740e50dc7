-- What else changed in this version, parents before children? (entity by entity: the index knows their codes alone)
SELECT r.entity, r.id::text, r.version, r.modified_ms, r.deleted, r.data
  FROM unnest(%(order)s::smallint[]) WITH ORDINALITY AS o (entity, place)
 CROSS JOIN LATERAL (
       SELECT s.* FROM sync_record AS s
        WHERE s.user_id = %(user_id)s::uuid AND s.version = %(version)s AND s.entity = o.entity
          AND (o.place > 1 OR %(id)s::uuid IS NULL OR s.id > %(id)s::uuid)
        ORDER BY s.id
        LIMIT %(limit)s) AS r
 ORDER BY o.place, r.id
 LIMIT %(limit)s
