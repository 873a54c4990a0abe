"""Benchmarks: figures with the load named, never judged here. ``make bench FIGURE=prefix``."""
