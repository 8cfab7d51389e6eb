"""How does the security log get from a request into the database without holding the request up?"""
