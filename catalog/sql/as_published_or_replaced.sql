-- Does somebody change what athletes can see, other than to name a row's replacement, or to take that back? (body of a row trigger)
IF OLD.visible
   AND (NOT NEW.visible
        OR to_jsonb(OLD) - ARRAY[/*words*/] - '/*column*/' IS DISTINCT FROM to_jsonb(NEW) - ARRAY[/*words*/] - '/*column*/'
        OR (OLD./*column*/ <> NEW./*column*/
            AND NOT EXISTS (
              SELECT FROM /*target*/ AS t
               WHERE (t.id = OLD./*column*/ AND t.replaced_by_id = NEW./*column*/)
                  OR (t.id = NEW./*column*/ AND t.replaced_by_id = OLD./*column*/)
            ))) THEN
  RAISE EXCEPTION 'What is published stays as it is.' USING ERRCODE = 'check_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
