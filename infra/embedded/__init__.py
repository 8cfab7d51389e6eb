"""How do we run PostgreSQL and Redis on a machine that has neither?"""
