"""Who keeps every process of a local run alive, and ends them all?"""
