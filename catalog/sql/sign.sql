-- Who changes rows of the library from now on, until the end of the transaction? (gives who did before)
SELECT current_setting('pghistory.context_metadata', TRUE), set_config('pghistory.context_metadata', %(said)s, TRUE)
