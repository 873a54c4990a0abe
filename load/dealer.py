"""The side of a run that is there once: deals the links, and hears from all Locust processes how they did.

With workers this is the master; they talk by Locust's own messages, which in one process lead back to it.
"""

from collections import Counter, defaultdict, deque
from typing import Any

from locust.env import Environment

from load.links import Links, Pool
from load.verdict import Second

WANTED, BACK, DEALT = "link wanted", "link back", "link dealt"
SECONDS_KEPT = 7200


class Dealer:
    """Make it in the process that has the links."""

    def __init__(self, runner: Any, links: Links) -> None:  # noqa: ANN401 - any of Locust's
        self.turns: Counter[str] = Counter()
        """Role to turns that took place."""
        self._runner = runner
        self._links = links
        self._pool = Pool(links)
        self._seconds: defaultdict[str, deque[Second]] = defaultdict(lambda: deque(maxlen=SECONDS_KEPT))
        runner.register_message(WANTED, self._deal)
        runner.register_message(BACK, self._take_back)

    def begin(self) -> None:
        """Begin a run."""
        self._pool = Pool(self._links)
        self._seconds.clear()
        self.turns.clear()

    def generators(self) -> dict[str, list[Second]]:
        """Give how each Locust process and its driver did, second by second."""
        names = {node: f"worker {number}" for number, node in enumerate(sorted(self._seconds))}
        if len(names) == 1:
            names = dict.fromkeys(names, "of this run")
        return {names[node]: list(seconds) for node, seconds in self._seconds.items()}

    def hear(self, node: str, report: dict[str, Any]) -> None:
        """Take what ``Evening.report`` gave, here or on a worker."""
        self._seconds[node].extend(Second(*second) for second in report["seconds"])
        self.turns.update(report["turns"])

    def _deal(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - Locust's
        wanted = msg.data
        secret = self._pool.take(wanted["role"])
        self._runner.send_message(DEALT, {"number": wanted["number"], "secret": secret}, msg.node_id)

    def _take_back(self, environment: Environment, msg: Any, **_: Any) -> None:  # noqa: ANN401 - Locust's
        self._pool.give_back(msg.data["role"], msg.data["secret"])
