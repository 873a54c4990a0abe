"""Views and logs as they reach the browsers: who holds what, and the notifications between processes."""
