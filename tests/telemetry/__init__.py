"""Do processes tell what they should, and nothing about people?"""
