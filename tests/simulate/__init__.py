"""Does a simulated city keep its promises: determinism, conservation, patience, noise?"""
