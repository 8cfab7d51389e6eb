"""One use case per file, the ports they need, and the engine that loads and commits."""
