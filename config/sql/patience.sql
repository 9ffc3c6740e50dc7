-- How long may each statement of this transaction take? (in ms)
SELECT set_config('statement_timeout', %(timeout_ms)s::text, true)
