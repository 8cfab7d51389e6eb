"""How often may one caller ask, counted over all processes?"""
