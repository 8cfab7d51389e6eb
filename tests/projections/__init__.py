"""Do read models say what the log says, whatever happens on the way?"""
