-- Does something still name a slug that goes? (body of a statement trigger)
IF EXISTS (SELECT FROM old_rows AS o JOIN /*table*/ AS t ON t./*column*/ @> ARRAY[o.slug]::varchar[]) THEN
  RAISE EXCEPTION 'A slug is still named.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
