"""Which Go a session's heap is of: a version, and where the heap begins where a process leaves that to chance."""

from typing import Final

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.versions import GO_1_10, PROFILES, Profile

CHUNK: Final = 4 << 20  # bytes; a heap of a version that leaves its beginning to chance begins at a multiple of it
FIRST_BASE: Final = 0xC0_0000_0000  # where a heap begins when nothing is left to chance (arenaHints)
HIGHEST: Final = 1 << 46  # ... and below this address
MOST_PADDING: Final = (CHUNK >> PAGE_SHIFT) - 1  # pages: at least one of the first chunk is left


@frozen
class Release:
    """A version of Go as a session chooses it; `base` and `padding` are what a process draws at random where the version does."""

    profile: Profile
    base: int = 0  # address of the heap's first chunk; 0: where it is when nothing is left to chance
    padding: int = 0  # pages of that chunk which are never used

    @property
    def version(self) -> str:
        """The version as one says it: 1.27."""
        return self.profile.name.removeprefix("go")

    @property
    def text(self) -> str:
        """Returns it as the operands of the command go: 1.27 base 0xc000400000 padding 7."""
        base = f" base {self.base:#x}" if self.base else ""
        return f"{self.version}{base}{f' padding {self.padding}' if self.padding else ''}"


ALWAYS: Final = Release(GO_1_10)  # of what does not say which


def modelled() -> list[Profile]:
    """The versions of which a session can be, the oldest first: those that have an allocator."""
    return [profile for profile in PROFILES if profile.modelled]


def today() -> Release:
    """The newest of them."""
    return Release(modelled()[-1])


def at_random(profile: Profile) -> bool:
    """Whether a process of this version draws the beginning of its heap at random."""
    return bool(profile.padding)
