"""The tariffs in effect, held in memory."""
