"""What a person is told when she is not looking: in the page and by the browser."""
