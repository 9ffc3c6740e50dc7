-- Which version of the extension is enabled in this database, if any?
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'
