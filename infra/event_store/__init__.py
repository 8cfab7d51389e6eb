"""The append-only log on PostgreSQL, behind the eventsourcing library's recorder interface."""
