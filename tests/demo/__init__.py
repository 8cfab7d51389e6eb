"""Is the demo city alive, honest about chance, and nobody twice?"""
