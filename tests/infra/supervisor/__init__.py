"""Does the supervisor keep its word?"""
