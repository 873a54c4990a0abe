"""Mail and browser push to persons who are not here: an outbox in the database, sent by the worker."""
