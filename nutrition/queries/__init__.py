"""Reads that cross models or use SQL: a day, a range of days, how plans of supplements were kept, what a target could be."""
