"""Is the solver of tours right, small enough to try everything?"""
