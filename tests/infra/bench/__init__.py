"""Are the figures that benchmarks are held against true to themselves?"""
