"""Who is calling: signing keys, access tokens, and the sessions that they belong to."""
