"""`python -m dropset_client`: see cli/."""

from dropset_client.cli.main import run

if __name__ == "__main__":
    run()
