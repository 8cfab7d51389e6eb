"""Does the personal store keep what it is given, and forget what it must?"""
