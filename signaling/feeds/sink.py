"""One connection as the feeds see it: something that takes messages."""

from typing import Protocol

from signaling.identity.service import Login
from signaling.wire import ServerMessage


class Sink(Protocol):
    """A connection of a browser, or one long poll."""

    @property
    def login(self) -> Login:
        """Whose it is."""
        ...

    @property
    def takes_patches(self) -> bool:
        """Whether a change of a view is sent as a patch; otherwise as a whole."""
        ...

    @property
    def ready(self) -> bool:
        """Whether more events of a log may be sent now; a slow one gets them later."""
        ...

    async def send(self, message: ServerMessage) -> None:
        """Queue a message. Never waits for the network, never fails."""
        ...
