"""The help desk: citizens write with advisors, somebody may help them write, and they go over to video."""
