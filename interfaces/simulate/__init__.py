"""How does a city live on a virtual clock? People move by exact points and true times, the real engine decides."""
