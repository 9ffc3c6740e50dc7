-- To whose data did something happen? (told to the stream processes, never inside of the transaction that wrote)
SELECT pg_notify(%(channel)s, %(users)s)
