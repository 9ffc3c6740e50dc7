"""The bookkeeping of sync, to look at: the version of a user's data, what was written and sent, what was refused."""

from sync.admin import conflicts, heads, tables

__all__ = ["conflicts", "heads", "tables"]
