"""Does the index find whom looking at everybody finds, and are candidates who they should be?"""
