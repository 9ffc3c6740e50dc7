-- What was deleted for good? (body of a statement trigger)
PERFORM sync_capture_deleted(/*code*/::smallint, array_agg((/*id o*/, /*owner o*/, TRUE, NULL)::sync_row))
   FROM old_rows AS o WHERE /*visible o*/ HAVING count(*) > 0;
RETURN NULL;
