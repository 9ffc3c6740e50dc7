-- Which function, with its trigger, lets rows go with their parent?
DROP FUNCTION IF EXISTS /*name*/() CASCADE;
