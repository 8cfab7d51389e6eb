"""How are partners told, over HTTP, of what concerns them?"""
