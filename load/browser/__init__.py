"""People at real browsers, for tests and benchmarks."""
