"""What a run of the load test leaves: lines of JSON, and pictures of them."""
