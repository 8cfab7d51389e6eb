"""Who is calling, as tests ask it."""
