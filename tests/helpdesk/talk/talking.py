"""What tests of the talk read in it."""

from typing import Any


async def said(desk: Any, login: Any, talk: Any) -> list[str]:
    """The words in a talk, in the order in which this person reads them."""
    return [
        event.payload["text"] for event in await desk.reads(login, talk.log_id) if event.kind == "message"
    ]


async def kinds(desk: Any, login: Any, talk: Any) -> list[str]:
    """What happened in a talk, as this person reads it."""
    return [event.kind for event in await desk.reads(login, talk.log_id)]
