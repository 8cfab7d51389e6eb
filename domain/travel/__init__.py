"""How long do drives take: a formula of great circles that learns from finished drives, and its uncertainty."""
