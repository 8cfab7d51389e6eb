"""Does the command line answer in one line?"""
