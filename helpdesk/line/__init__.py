"""Waiting: opening hours of topics, order, estimates, to whom a conversation is offered."""
