-- What was written once is neither changed nor deleted.
RAISE EXCEPTION 'Rows of % are written once.', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
