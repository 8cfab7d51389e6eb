"""The rules of roadside assistance: aggregates, values and pure decisions."""
