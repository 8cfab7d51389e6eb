"""Who calls us over HTTP? Everything of the API at /v1 and its conventions."""
