"""Does the gateway's stand-in behave as the gateway does?"""
