-- Does a room hold more racks than it can? (body of a statement trigger)
IF EXISTS (
  SELECT FROM specimens_rack AS r
   WHERE r.room_id IN (SELECT n.room_id FROM new_rows AS n) AND r.deleted_at IS NULL
   GROUP BY r.room_id HAVING count(*) > 20
) THEN
  RAISE EXCEPTION 'The room is full.' USING ERRCODE = 'check_violation', CONSTRAINT = '/*constraint*/';
END IF;
RETURN NULL;
