-- Does a row refer to something that its user may not use? (body of a statement trigger)
IF EXISTS (
  SELECT FROM new_rows AS n JOIN /*target*/ AS t ON t.id = n./*column*/
   WHERE t.user_id IS NOT NULL AND t.user_id IS DISTINCT FROM n.user_id
) THEN
  RAISE EXCEPTION 'The referenced row belongs to somebody else.'
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
