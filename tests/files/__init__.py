"""Do files come in clean, lie sealed, and go when they should?"""
