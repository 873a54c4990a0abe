"""Who is at the other end: persons, personal links, logins, presence."""
