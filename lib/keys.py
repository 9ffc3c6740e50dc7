"""Keys that sign: is this one that somebody could guess?"""

from itertools import pairwise

MIN_LENGTH = 50  # characters
MIN_STEPS = 10  # 50 random digits have 11 or more, letters 19 or more
# In keys that are written down for everybody: of this repository, of Django's templates, of people's examples.
PUBLIC_WORDS = (
    *("onlyfor", "insecure", "changeme", "changethis", "replaceme", "placeholder", "example"),
    *("secret", "password", "random", "openssl", "yourkey", "development"),
)


def weakness_of(key: str) -> str | None:
    """What is wrong with a key, as the end of a sentence that begins with its name. None for a good one."""
    if not key:
        return "is not set"
    if len(key) < MIN_LENGTH:
        return f"has {len(key)} characters, and {MIN_LENGTH} are the least"
    if _repeats_itself(key) or len(_steps(key)) < MIN_STEPS:
        return "follows a pattern"
    letters = "".join(filter(str.isalnum, key.lower()))
    found = next((word for word in PUBLIC_WORDS if word in letters), None)
    return None if found is None else f"looks like one that was written for everybody to see (it says {found!r})"


def _steps(key: str) -> set[int]:
    """The distances between neighbours. Few, where one character follows from another: aaaa, abab, 1234."""
    return {ord(after) - ord(before) for before, after in pairwise(key)}


def _repeats_itself(key: str) -> bool:
    return any(key[period:] == key[:-period] for period in range(1, len(key) // 2 + 1))
