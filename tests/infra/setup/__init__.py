"""Does a bare checkout become a working one?"""
