-- (a scheduled workout)
INSERT INTO training_scheduledworkout
  (id, user_id, created_at, updated_at, enrolment_id, program_day_id, week, round, title, scheduled_on, status, notes)
VALUES (%(id)s, %(user_id)s, now(), now(), %(enrolment)s, %(program_day)s, %(week)s, %(round)s, %(title)s, %(scheduled_on)s, 'scheduled', '')
