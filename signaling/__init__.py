"""The signaling server: identity, calls, logs, views, files; it hosts the apps."""
