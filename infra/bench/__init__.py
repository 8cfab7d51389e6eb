"""Benchmarks: ours and the peer on one server, interleaved, as figures and bars."""
