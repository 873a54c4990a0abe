"""Starts the whole of Permanence on one machine: what `make run` does. Production needs the Procfile only."""
