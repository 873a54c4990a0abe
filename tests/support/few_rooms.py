"""``python -m tests.support.few_rooms``, in a namespace of its own: few packets through our worker and through Janus.

Prints one JSON object for each server.
"""

import asyncio
import json
import sys

from load.blaster.pattern import JANUS_CALL
from load.janus import namespace
from load.janus.comparison import Case
from load.janus.measuring import SERVERS, run

CASE = Case("2to2", 2, 2, JANUS_CALL, 1.0)


async def main() -> None:
    for figure, start in SERVERS.items():
        async with start(CASE) as server:
            cost = run(server, warm_up_s=0.5, measured_s=1.0)
            outcome = cost.outcome
            told = {
                "figure": CASE.figure(figure),
                "name": server.name,
                "cpu_us": cost.cpu_us,
                "sent": outcome.sent,
                "received": outcome.received,
                "strange": outcome.lost + outcome.foreign + outcome.disordered,
            }
            sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    namespace.set_up()
    asyncio.run(main())
