-- Whose log-in is this, and what else does the request ask first? (of one moment, in one round trip)
WITH login AS MATERIALIZED (
{login}
), other AS (
{other}
)
SELECT login.*, other.* FROM login LEFT JOIN other ON TRUE
