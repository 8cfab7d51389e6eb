"""Can the log be changed without anybody noticing?"""
