"""Is what protects the service there, and does it hold?"""
