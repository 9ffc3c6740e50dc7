"""Files of other training apps: what dropset_files reads and plans, written as everything else is."""
