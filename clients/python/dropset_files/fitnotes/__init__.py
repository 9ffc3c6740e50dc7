"""Exports of FitNotes: CSV of the Android app, old and new, and of FitNotes 2 for iOS."""
