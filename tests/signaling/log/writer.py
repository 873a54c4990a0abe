"""A process that writes in a log and prints ``seq client_id`` for each event once it is acknowledged.

Arguments: database URL, log id, author, how many events; ``inside`` instead of a number stops before the commit.
"""

import asyncio
import sys

from signaling.database import Database, Transaction
from signaling.log.service import Log
from tests.support.databases import Bell


async def main(url: str, log_id: str, author: str, times: str) -> None:
    database = Database(url, Bell())
    log = Log(database)

    async def append(tx: Transaction, client_id: str) -> int:
        event = await log.append(
            tx, log_id, author=author, client_id=client_id, kind="said", payload={"text": client_id}, now=1.0
        )
        return event.seq

    if times == "inside":
        async with database.write() as tx:
            print("appended", await append(tx, f"{author}-inside"), flush=True)
            await asyncio.Event().wait()
    for number in range(int(times)):
        client_id = f"{author}-{number}"
        async with database.write() as tx:
            seq = await append(tx, client_id)
        print(seq, client_id, flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
