-- How wide are the chunks that are made from now on?
SELECT set_chunk_time_interval({table}::regclass, INTERVAL {interval})
