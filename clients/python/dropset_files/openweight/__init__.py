"""Workout logs in the openweight format: JSON, one or many."""
