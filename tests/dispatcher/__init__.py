"""Does dispatch choose rightly, forget nothing, and survive what happens to it?"""
