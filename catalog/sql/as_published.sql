-- Does somebody change what athletes can see? (body of a row trigger on canonical rows; words may be mended, a program be retired)
IF (TG_OP = 'INSERT' AND NEW.visible)
   OR (TG_OP = 'DELETE' AND OLD.visible)
   OR (TG_OP = 'UPDATE' AND OLD.visible
       AND (NOT NEW.visible OR to_jsonb(OLD) - ARRAY[/*words*/] IS DISTINCT FROM to_jsonb(NEW) - ARRAY[/*words*/])) THEN
  RAISE EXCEPTION 'What is published stays as it is.' USING ERRCODE = 'check_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
