-- What does each food of the download hold? (once all tables are staged: they are read food by food)
CREATE INDEX ON fdc_amount (fdc_id);
CREATE INDEX ON fdc_portion (fdc_id);
CREATE UNIQUE INDEX ON fdc_brand (fdc_id);
CREATE UNIQUE INDEX ON fdc_sr (fdc_id);
ANALYZE fdc_food;
ANALYZE fdc_amount;
ANALYZE fdc_portion;
ANALYZE fdc_brand;
ANALYZE fdc_sr;
