"""Do the ways in behave?"""
