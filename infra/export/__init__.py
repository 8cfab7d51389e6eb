"""How is what happened taken out of the database, in files that others can read?"""
