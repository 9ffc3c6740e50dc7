-- Refuses a statement that has left out rows, because their ids are somebody else's.
CREATE FUNCTION sync_expect_all(taken bigint, wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF taken < wanted THEN
    RAISE EXCEPTION 'An id is somebody else''s.' USING ERRCODE = 'unique_violation', CONSTRAINT = 'sync_id_taken';
  END IF;
END $$;
