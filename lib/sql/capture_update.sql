-- Which rows have new content? (body of a statement trigger; a FULL JOIN cannot become a loop in a loop)
PERFORM sync_capture(/*code*/::smallint, array_agg((/*id n*/, /*owner n*/, /*gone n*/, /*document n*/)::sync_row), moved => bool_or(/*moved*/))
   FROM new_rows AS n FULL JOIN old_rows AS o ON /*id o*/ = /*id n*/
  WHERE /*changed*/ OR /*moved*/ HAVING count(*) > 0;
RETURN NULL;
