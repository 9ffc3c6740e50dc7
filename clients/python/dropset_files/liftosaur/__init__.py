"""Exports of Liftosaur: its history as CSV, or its whole storage as JSON."""
