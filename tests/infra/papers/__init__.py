"""Do rendered documents say what they should?"""
