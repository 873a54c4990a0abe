"""What a step may take before it counts as failed. Times hold between processes of one machine."""

WITHIN_S = 10.0
"""Any acknowledgement, connection or change on a screen."""
IN_LINE_S = 90.0
"""A pupil's wait for a volunteer."""
DELAY_MEDIAN_MS = 40.0
"""Of one call's frames. Forwarding takes about a millisecond; a machine that shares its cores some more."""
DELAY_P99_MS = 400.0
"""One way beyond which people cannot talk (ITU-T G.114)."""
LOSS_PER_MILLE = 10.0
"""Lost at first, before repair: nothing loses packets on one machine but a fault or too much load."""

GENERATOR_CPU = 0.85
"""Share of one core: above, the driver or Locust was the bottleneck and the run is void."""
GENERATOR_LAG_P99_MS = 100.0
"""How late the driver's loop came: above, what it measured is its own delay."""
