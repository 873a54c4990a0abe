"""Sockets, ICE-lite, DTLS: everything that turns a network address into an authenticated peer."""
