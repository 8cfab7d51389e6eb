"""Do the documents tell the truth?"""
