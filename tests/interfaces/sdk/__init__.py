"""Does the API keep its conventions?"""
