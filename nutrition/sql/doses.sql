-- What do doses hold?

-- How many times the other dose is a dose? NULL where they cannot be compared.
CREATE FUNCTION nutrition_dose_share(dose numeric, unit text, other numeric, other_unit text)
RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
           WHEN unit = other_unit THEN dose / nullif(other, 0)
           WHEN unit IN ('g', 'mg', 'ug') AND other_unit IN ('g', 'mg', 'ug') THEN
             dose * (CASE unit WHEN 'g' THEN 1000000 WHEN 'mg' THEN 1000 ELSE 1 END)
             / nullif(other * (CASE other_unit WHEN 'g' THEN 1000000 WHEN 'mg' THEN 1000 ELSE 1 END), 0)
         END
$$;

-- So many times these amounts.
CREATE FUNCTION nutrition_share_of(amounts jsonb, share numeric) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(jsonb_object_agg(a.key, trim_scale(round(a.value::numeric * share, 6))), '{}') FROM jsonb_each(amounts) AS a
$$;

-- Of a product, its contents by the servings that the dose comes to: one where no dose is said. Of one nutrient alone, the dose
-- itself. Else nobody knows: {}.
CREATE FUNCTION nutrition_dose_holds(contents jsonb, slugs text[], serving numeric, serving_unit text, dose numeric, dose_unit text)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
           WHEN contents <> '{}' AND dose IS NULL THEN contents
           WHEN contents <> '{}' AND nutrition_dose_share(dose, dose_unit, serving, serving_unit) IS NOT NULL THEN
             nutrition_share_of(contents, nutrition_dose_share(dose, dose_unit, serving, serving_unit))
           WHEN cardinality(slugs) = 1 AND contents - slugs = '{}' THEN
             coalesce((SELECT jsonb_build_object(n.slug, trim_scale(round(nutrition_dose_share(dose, dose_unit, 1, n.unit), 6)))
                         FROM catalog_nutrient AS n
                        WHERE n.slug = slugs[1] AND nutrition_dose_share(dose, dose_unit, 1, n.unit) IS NOT NULL), '{}')
           ELSE '{}'::jsonb
         END
$$;
