"""What `make` runs: the ground that starts, tests and checks Dropset. See docs/operating.md."""
