-- Foods as an operator imports them: names of some words, brands, portions and a dozen nutrients; no two alike.
INSERT INTO catalog_food (
  id, slug, name, names, aliases, status, source, source_id, attribution, brand, barcode, category, diets, allergens, nutrients,
  portions, created_at, updated_at, catalog_version
)
SELECT gen_random_uuid(), 'food-' || n,
       initcap(concat_ws(' ', a.word, f.word, p.word, 'no', n %% 997)),
       CASE WHEN n %% 5 = 0 THEN jsonb_build_object('de', initcap(d.word || ' ' || b.word)) ELSE '{}' END,
       CASE WHEN n %% 7 = 0 THEN jsonb_build_array(f.word || ' ' || b.word) ELSE '[]' END,
       'published', 'benchmark', n::text, '', initcap(b.word), '', c.word,
       CASE WHEN n %% 3 = 0 THEN '{vegan,vegetarian}'::text[] WHEN n %% 3 = 1 THEN '{vegetarian}' ELSE '{}' END,
       CASE WHEN n %% 4 = 0 THEN '{milk}'::text[] ELSE '{}' END,
       jsonb_build_object(
         'energy', 50 + n %% 500, 'protein', n %% 31, 'fat', n %% 43, 'carbohydrate', n %% 61, 'fiber', n %% 13, 'sugars', n %% 29,
         'sodium', n %% 900, 'iron', n %% 17, 'calcium', n %% 310, 'potassium', n %% 620, 'vitamin-c', n %% 71, 'zinc', n %% 11
       ),
       jsonb_build_array(jsonb_build_object('name', 'serving', 'grams', 20 + n %% 180)),
       statement_timestamp(), statement_timestamp(), 0
  FROM generate_series(%(first)s::integer, %(last)s::integer) AS n
 CROSS JOIN LATERAL (SELECT (ARRAY['roasted','raw','fresh','smoked','organic','frozen','dried','sweet','salted','mild','hot','creamy','crunchy','light','rich','wild','young','old','whole','sliced'])[1 + n %% 20] AS word) AS a
 CROSS JOIN LATERAL (SELECT (ARRAY['chicken','broccoli','yoghurt','oats','salmon','beef','lentils','almonds','cheddar','apple','banana','rice','pasta','bread','tofu','spinach','tomato','potato','carrot','pepper','turkey','tuna','quinoa','walnuts','mozzarella','orange','mango','couscous','noodles','bagel','tempeh','kale','onion','pumpkin','lettuce','radish','pork','shrimp','millet','cashews'])[1 + (n / 20) %% 40] AS word) AS f
 CROSS JOIN LATERAL (SELECT (ARRAY['with herbs','in oil','with garlic','in brine','with honey','and rice','with sesame','in sauce','and beans','with lemon','au naturel','with nuts','family size','reduced fat','for children','with sea salt'])[1 + (n / 800) %% 16] AS word) AS p
 CROSS JOIN LATERAL (SELECT (ARRAY['Hähnchen','Brokkoli','Joghurt','Hafer','Lachs','Rind','Linsen','Mandeln'])[1 + n %% 8] AS word) AS d
 CROSS JOIN LATERAL (
   SELECT string_agg((ARRAY['ba','ker','lo','mi','ran','so','tel','vi','no','zu','fer','gra','hil','jun','pos','qua','wes','dor','cam','eli'])[1 + (n::bigint * 7919 / power(20, i)::bigint) %% 20], '') AS word FROM generate_series(0, 2) AS i
 ) AS b
 CROSS JOIN LATERAL (SELECT (ARRAY['poultry','vegetables','dairy_eggs','grains','fish','meat','legumes','nuts_seeds','fruit','other'])[1 + n %% 10] AS word) AS c
