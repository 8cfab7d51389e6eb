"""Is the log what it says it is: ordered, durable, append-only, idempotent?"""
