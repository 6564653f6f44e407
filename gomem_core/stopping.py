"""How somebody stops what takes long: by a request that is heard between two events, or two steps."""


class Stopped(Exception):
    """Somebody asked to stop; what was being done stands where the last whole step left it."""


class StopRequest:
    """Asked for by one thread, heard by another.  A desk has one for all its sessions, whichever is being worked on."""

    __slots__ = ("asked",)

    def __init__(self) -> None:
        self.asked = False

    def heed(self) -> None:
        """Stop here if that was asked for, which is over then.  Raises Stopped."""
        if self.asked:
            self.asked = False
            raise Stopped
