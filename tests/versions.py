"""Sessions of several versions of Go, for tests that hold on any of them."""

from typing import Final

from hypothesis import strategies as st

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import Release
from gomem_core.go.versions import Profile, profile_named
from gomem_core.session.session import Session

VERSIONS: Final = ("1.10", "1.22", "1.27")  # an allocator each of its own kind: free lists, headers, inline marks

ANY_VERSION: Final = st.sampled_from(VERSIONS)  # drawn with the rest of an example: as many examples as of one version


def profile_of(version: str) -> Profile:
    """The row of a version, as one says it."""
    found = profile_named(f"go{version}")
    assert found is not None
    return found


def session_of(version: str, *, narrate: bool = True) -> Session:
    """An empty session of a version."""
    return Session(narrate=narrate, timeline=Timeline(release=Release(profile_of(version))))
