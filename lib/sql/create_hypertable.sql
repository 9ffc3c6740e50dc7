-- Which table becomes a hypertable, by which time column, in chunks of which width?
SELECT create_hypertable({table}::regclass, by_range({column}, INTERVAL {interval}), if_not_exists => TRUE, migrate_data => TRUE, create_default_indexes => FALSE)
