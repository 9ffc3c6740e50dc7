-- What do the rate limits stand at?
CREATE UNLOGGED TABLE lib_counter (key text PRIMARY KEY, value bigint NOT NULL, expires double precision NOT NULL);
