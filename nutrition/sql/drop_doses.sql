-- (takes the functions back)
DROP FUNCTION nutrition_dose_holds(jsonb, text[], numeric, text, numeric, text);
DROP FUNCTION nutrition_share_of(jsonb, numeric);
DROP FUNCTION nutrition_dose_share(numeric, text, numeric, text);
