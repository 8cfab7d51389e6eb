"""Where are positions of crews kept? Each in a track in PostgreSQL, the last of each also in Redis."""
