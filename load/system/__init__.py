"""The whole system as real processes: servers, web, worker and SFU processes, for tests, benchmarks and Locust."""
