class FileRefused(ValueError):
    """The file cannot be read as what it is said to be. The message says what to do about it."""
