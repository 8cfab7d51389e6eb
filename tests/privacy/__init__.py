"""What people may ask of us about themselves."""
