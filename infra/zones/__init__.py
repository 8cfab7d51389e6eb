"""The zones in effect, held in memory."""
