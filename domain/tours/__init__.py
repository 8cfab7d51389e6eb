"""Which tours serve the open jobs of one moment at the least cost, and how far is that from the best there is?

``solve`` puts the steps together; each of the other files answers one question on the way. No clock, no chance
that was not passed in: see ``budget``.
"""
