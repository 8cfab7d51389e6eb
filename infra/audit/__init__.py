"""How is the log sealed, and how does anybody make sure that it is what it was?"""
