"""Selective forwarding of RTP: media only, no users, no roles, no SDP text."""
