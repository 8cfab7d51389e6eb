"""What people may ask of us about themselves: to have it all, and to be forgotten."""
