"""Do the adapters keep what their ports promise?"""
