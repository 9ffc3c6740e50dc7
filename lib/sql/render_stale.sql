-- Which records of these owners are not what their rows say, or are missing?
CREATE TEMPORARY TABLE render_stale ON COMMIT DROP AS
SELECT s.owner, s.id, s.gone, s.document, r.data AS before
  FROM (SELECT /*owner n*/ AS owner, /*id n*/ AS id, /*gone n*/ AS gone, /*visible n*/ AS visible, /*document n*/ AS document
          FROM /*table*/ AS n WHERE /*owner n*/ = ANY(%(owners)s::uuid[])) AS s
  LEFT JOIN sync_record AS r ON r.entity = %(code)s AND r.id = s.id
 WHERE r.data IS DISTINCT FROM s.document AND (r.id IS NOT NULL OR (s.visible AND NOT s.gone))
