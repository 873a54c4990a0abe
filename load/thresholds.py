"""What may be expected of each step; past it a run fails. Times hold between processes of one machine."""

from dataclasses import dataclass

from load.steps import Step

# --- what one person waits for, beyond which her step counts as failed

WITHIN_S = 10.0
"""Any acknowledgement, connection or change on a screen."""
BACK_S = 20.0
"""From losing a connection to another one with everything on it: while a web process starts again there is none."""
IN_LINE_S = 90.0
"""A pupil's wait for a volunteer."""
DELAY_MEDIAN_MS = 40.0
"""Of one call's frames. Forwarding takes about a millisecond; a machine that shares its cores some more."""
DELAY_P99_MS = 400.0
"""One way beyond which people cannot talk (ITU-T G.114)."""
LOSS_PER_MILLE = 10.0
"""Lost at first, before repair: nothing loses packets on one machine but a fault or too much load."""


# --- what all of them may take together, beyond which the run fails


@dataclass(frozen=True, slots=True)
class Limit:
    """Of one step of one role; values in the step's unit, None where there is no limit."""

    median: float | None = None
    p95: float | None = None
    failed: float = 0.0
    """Share of the steps that may fail."""


AT_ONCE = Limit(median=300, p95=1500)
"""What a person takes for immediate, and what she takes for slow (RAIL: 100 ms, 1 s), on a machine that also plays her."""
SOON = Limit(median=1000, p95=3000)
"""What she waits for without doubting (Nielsen: 1 s, 10 s)."""

LIMITS: dict[Step, Limit] = {
    Step.SIGN_IN: SOON,
    Step.PRESENCE: SOON,
    Step.RECONNECT: Limit(median=10_000, p95=BACK_S * 1e3),
    Step.PHOTO: SOON,
    Step.PHOTO_SEEN: SOON,
    Step.QUESTION: AT_ONCE,
    Step.RING: SOON,
    Step.ACCEPT: AT_ONCE,
    Step.TAKEN: Limit(),  # as long as the line
    Step.NOTE: AT_ONCE,
    Step.JOIN: SOON,
    Step.FIRST_PACKET: SOON,
    Step.FIRST_KEYFRAME: SOON,
    Step.NAME: SOON,
    Step.DELAY: Limit(median=DELAY_MEDIAN_MS / 2, p95=DELAY_MEDIAN_MS),
    Step.JITTER: Limit(median=20, p95=40),
    Step.LOSS: Limit(median=1, p95=LOSS_PER_MILLE),
    Step.HANG_UP: SOON,
    Step.HANG_UP_SCREEN: SOON,
    Step.CHAT_ACKNOWLEDGEMENT: AT_ONCE,
    Step.CHAT_SCREEN: AT_ONCE,
    Step.LOADER: AT_ONCE,
    Step.HELP_PAGE: SOON,
    Step.SUBMIT: AT_ONCE,
    Step.OFFER: Limit(),  # as long as the line
    Step.CLAIM: AT_ONCE,
    Step.INVITE: AT_ONCE,
    Step.HELPER_HERE: SOON,
    Step.DRAFT_SCREEN: SOON,
    Step.PROPOSAL: SOON,
    Step.CLOSING: SOON,
}
"""The others: ``Limit()``, none of them may fail."""

UNANSWERED = (Step.LOADER, Step.HELP_PAGE)
"""A browser does not ask again for a page that nobody gave it: in a storm ..."""
STORM_FAILED = 0.5
"""... this share of those steps may fail. All others have to get through; only how long the slowest took is not judged,
because they waited until the web processes were back."""


# --- when the generator was the bottleneck

GENERATOR_CPU = 0.85
"""Share of one core of the driver or of Locust: above, a second was strained."""
GENERATOR_LAG_MS = 100.0
"""How late the driver's loop came: above, what it measured in that second is its own delay."""
GENERATOR_STRAINED = 0.1
"""Share of strained seconds above which the run is void."""
