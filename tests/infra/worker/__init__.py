"""Does nobody do what another does?"""
