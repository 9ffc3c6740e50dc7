-- What was inserted? (body of a statement trigger)
PERFORM sync_capture(/*code*/::smallint, array_agg((/*id n*/, /*owner n*/, /*gone n*/, /*document if visible*/)::sync_row), fresh => TRUE)
   FROM new_rows AS n HAVING count(*) > 0;
RETURN NULL;
