-- Which retired rows lead, from replacement to replacement, to none that is published?
WITH RECURSIVE chain AS (
  SELECT id AS first, replaced_by_id AS here
  FROM /*table*/
  WHERE user_id IS NULL AND deleted_at IS NULL AND replaced_by_id IS NOT NULL
  UNION
  SELECT chain.first, next.replaced_by_id
  FROM chain
  JOIN /*table*/ AS next ON next.id = chain.here
  WHERE next.status <> 'published'
)
SELECT first FROM chain
EXCEPT
SELECT chain.first
FROM chain
JOIN /*table*/ AS there ON there.id = chain.here
WHERE there.status = 'published' AND there.deleted_at IS NULL
