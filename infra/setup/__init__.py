"""How does a checkout get ready to run: its environment, its compiled loops?"""
