"""What the city in memory has to keep."""
