"""Is this deployment as it should be?"""
