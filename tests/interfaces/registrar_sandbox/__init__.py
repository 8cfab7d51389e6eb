"""Does the registrar's stand-in behave as the portal does?"""
