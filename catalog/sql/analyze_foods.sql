-- What do the foods look like now? (for the planner, after an import that made many)
ANALYZE catalog_food
