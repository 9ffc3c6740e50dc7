"""Raw SQL lives in files, `<app>/sql/<name>.sql`; the first line of each is the question it answers."""

from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def load_sql(app: str, name: str) -> str:
    """The text of `<app>/sql/<name>.sql`. Raises FileNotFoundError with the path where it is missing."""
    return (ROOT / app / "sql" / f"{name}.sql").read_text(encoding="utf-8")
