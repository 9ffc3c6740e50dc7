"""Exports of Strong: CSV in every dialect and language of the app."""
