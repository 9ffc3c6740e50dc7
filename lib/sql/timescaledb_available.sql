-- Does the server offer the extension, not enabled yet?
SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb' AND installed_version IS NULL
