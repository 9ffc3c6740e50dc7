"""Exports of Hevy: CSV in kg or lb, km or miles."""
