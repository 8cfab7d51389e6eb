"""Who looks at a running city? Somebody at a terminal, through the public API."""
