"""Reads that cross models or use SQL."""
