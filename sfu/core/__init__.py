"""The control plane, sans-I/O: it decides who receives what and writes the forwarding table."""
