"""Does the projector process do what it is started for?"""
