"""Is money right on the real log, with many at once, after rebuilds, and does somebody notice when it is not?"""
