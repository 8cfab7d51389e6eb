"""Benchmarks of what callers see, and the servers they compare."""
