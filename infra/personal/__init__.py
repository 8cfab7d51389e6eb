"""The personal store on PostgreSQL: one key per person, erased by dropping it."""
