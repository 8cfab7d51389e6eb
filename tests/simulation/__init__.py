"""Do the simulated people read, call, work and reckon rightly?"""
