-- What does this counter stand at?
SELECT value FROM lib_counter WHERE key = %(key)s AND expires > %(now)s
