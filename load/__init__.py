"""Load: the synthetic peer, user classes, scenarios and thresholds."""
