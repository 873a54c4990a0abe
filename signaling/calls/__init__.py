"""The life of a call: table, deadlines, placement on a worker, negotiation."""
