"""Who does outside what was asked for, and folds what outside tells us?"""
