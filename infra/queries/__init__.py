"""What do screens ask the read models? Plain SQL over their views, the tenant in every query."""
