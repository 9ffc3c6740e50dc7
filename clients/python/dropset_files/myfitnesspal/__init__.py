"""The CSV files of MyFitnessPal: sums of meals, and measurements."""
