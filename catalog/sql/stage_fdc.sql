-- Where are the tables of a download of FoodData Central put together? (for this session alone)
DROP TABLE IF EXISTS pg_temp.fdc_food, pg_temp.fdc_amount, pg_temp.fdc_portion, pg_temp.fdc_brand, pg_temp.fdc_sr;
CREATE TEMP TABLE fdc_food (
  fdc_id bigint PRIMARY KEY, line int NOT NULL, description text NOT NULL, category text NOT NULL
);
CREATE TEMP TABLE fdc_amount (fdc_id bigint NOT NULL, nutrient int NOT NULL, amount float8 NOT NULL);
CREATE TEMP TABLE fdc_portion (fdc_id bigint NOT NULL, name text NOT NULL, grams float8 NOT NULL);
CREATE TEMP TABLE fdc_brand (
  fdc_id bigint NOT NULL, brand text NOT NULL, gtin text NOT NULL, serving_name text NOT NULL, serving_size text NOT NULL,
  serving_unit text NOT NULL
);
CREATE TEMP TABLE fdc_sr (fdc_id bigint NOT NULL, sr_number text NOT NULL);
