"""Append-only logs of events, one per conversation or lesson: nothing acknowledged is ever lost."""
