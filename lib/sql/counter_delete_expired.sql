-- Which counters count no more?
DELETE FROM lib_counter WHERE expires <= %(now)s
