"""Are analysts shown what happened, and nothing else?"""
