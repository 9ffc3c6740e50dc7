-- Does a row name a slug that the vocabulary does not have? (body of a statement trigger)
IF EXISTS (
  SELECT FROM new_rows AS n CROSS JOIN LATERAL unnest(n./*column*/) AS named (slug)
   WHERE NOT EXISTS (SELECT FROM /*vocabulary*/ AS v WHERE v.slug = named.slug)
) THEN
  RAISE EXCEPTION 'A slug is not in the vocabulary.'
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
