"""The CSV files of Cronometer: servings, daily sums, and biometrics."""
