-- Which functions, with their triggers, hold a set to its vocabulary?
DROP FUNCTION IF EXISTS /*known*/(), /*in_use*/() CASCADE;
