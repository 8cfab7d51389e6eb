"""Which routes are there? One file per noun."""
