"""Reads files of training apps, and plans what they change in an account: see docs/importing-files.md.

Pure: no network, no database, no clock. `reading.read_file` says what is in a file; `planning.planner.Planner` what is to be
written, and under which ids.
"""
