"""One picture of line and desk for all views of a process: hundreds of pages are drawn anew when the line moves.

What a picture shows of rows is kept until the line or the desk moves (topic ``helpdesk``), and for a second at most; who is
here is looked up each time.
"""

import dataclasses

from helpdesk.line.picture import APP, Picture, read_picture
from signaling.api import Context, Kept

KEPT_S = 1.0


class Pictures:
    """Of one process. Not to be asked inside a transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept = Kept(context.feeds, context.clock, "", self._read_rows, lives_s=KEPT_S)

    async def read(self) -> Picture:
        """Return the picture as it is now.

        Raises:
            Refusal: ``UNAVAILABLE``.
        """
        picture = await self._kept.get(APP)
        return dataclasses.replace(picture, presence=await self._context.presence.of(APP))

    async def _read_rows(self, _: str) -> Picture:
        now = self._context.clock()
        async with self._context.database.read() as tx:
            return await read_picture(tx, self._context, now)
