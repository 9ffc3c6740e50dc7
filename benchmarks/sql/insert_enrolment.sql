-- (an enrolment that is not running, so that there may be many)
INSERT INTO training_enrolment (id, user_id, created_at, updated_at, program_id, title, started_on, weekdays, running, outcome, notes)
VALUES (%(id)s, %(user_id)s, now(), now(), %(program)s, 'Four days', %(on)s, ARRAY['monday', 'tuesday', 'thursday', 'friday'], FALSE, '', '')
