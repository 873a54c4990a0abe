"""The data plane: executes the forwarding table on datagrams, packet by packet."""
