"""What does the worker read, and what does it run with?"""
