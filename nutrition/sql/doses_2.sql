-- What do doses hold? (the same as before, and doses in IU, and vitamin A, which has two names)

-- How many µg is an IU? NULL where it depends on the form, as of vitamin E, or where nobody says what vitamin A is made of.
CREATE FUNCTION nutrition_iu_ug(slugs text[]) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN 'retinol' = ANY (slugs) THEN 0.3 WHEN slugs = '{vitamin-d}' THEN 0.025 END
$$;

-- Of a product, its contents by the servings that the dose comes to: one where no dose is said. Of one nutrient alone, the dose
-- itself; so too of retinol, all of which is vitamin A. Else nobody knows: {}.
CREATE OR REPLACE FUNCTION nutrition_dose_holds(contents jsonb, slugs text[], serving numeric, serving_unit text, dose numeric, dose_unit text)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
           WHEN contents <> '{}' AND dose IS NULL THEN contents
           WHEN contents <> '{}' AND nutrition_dose_share(dose, dose_unit, serving, serving_unit) IS NOT NULL THEN
             nutrition_share_of(contents, nutrition_dose_share(dose, dose_unit, serving, serving_unit))
           WHEN contents - slugs = '{}' AND (cardinality(slugs) = 1 OR slugs <@ '{retinol,vitamin-a}') THEN
             coalesce((SELECT jsonb_object_agg(n.slug, trim_scale(round(its.amount, 6)))
                         FROM catalog_nutrient AS n
                        CROSS JOIN LATERAL (
                              SELECT CASE WHEN dose_unit = 'iu' THEN nutrition_dose_share(dose * nutrition_iu_ug(slugs), 'ug', 1, n.unit)
                                          ELSE nutrition_dose_share(dose, dose_unit, 1, n.unit) END AS amount) AS its
                        WHERE n.slug = ANY (slugs) AND its.amount IS NOT NULL), '{}')
           ELSE '{}'::jsonb
         END
$$;
