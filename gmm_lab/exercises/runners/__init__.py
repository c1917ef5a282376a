"""Where a stranger's code runs: in this process or in one of its own."""
