"""Sessions of several versions of Go, for tests that hold on any of them."""

from typing import Final

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import Release
from gomem_core.go.versions import Profile, profile_named
from gomem_core.session.session import Session

VERSIONS: Final = ("1.10", "1.22", "1.27")  # an allocator each of its own kind: free lists, headers, inline marks


def profile_of(version: str) -> Profile:
    """The row of a version, as one says it."""
    found = profile_named(f"go{version}")
    assert found is not None
    return found


def session_of(version: str) -> Session:
    """An empty session of a version, which narrates."""
    return Session(narrate=True, timeline=Timeline(release=Release(profile_of(version))))
