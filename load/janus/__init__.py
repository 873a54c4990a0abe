"""Debian's Janus beside our own forwarding server: the same packets at the same moments, in the same namespace."""
