"""Reading which Go is meant: 1.27, go1.27, 1.27.3, and where its heap begins."""

from gomem_core.go.release import CHUNK, HIGHEST, Release, at_random, modelled
from gomem_core.go.versions import PROFILES, Profile, profile_named
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.moves import Go


def read_known(word: str) -> Profile:
    """A version of which gomem knows what differs in number.  Raises WordError."""
    profile = profile_named(f"go{word.removeprefix('go')}")
    if profile is None:
        known = ", ".join(one.name.removeprefix("go") for one in PROFILES)
        raise WordError(f"gomem does not know a Go {shown(word)}; it knows {known}")
    return profile


def read_version(word: str) -> Profile:
    """A version that a session can be of.  Raises WordError."""
    profile = read_known(word)
    if not profile.modelled:
        there = tuple(one.name.removeprefix("go") for one in modelled())
        raise WordError(f"a session cannot be one of {profile.name}: its allocator is not modelled", expected=there)
    return profile


def read_releases(word: str) -> tuple[Release, ...]:
    """Versions that stand one after the other with commas between, two at least.  Raises WordError."""
    found: dict[Release, None] = {}
    start = 0
    for part in word.split(","):
        try:
            found[Release(read_version(part))] = None
        except WordError as fault:
            raise fault.inside(start, len(part)) from None
        start += len(part) + 1
    if len(found) == 1:
        raise WordError("two versions are compared at least, such as 1.10,1.27")
    return tuple(found)


def build_release(profile: Profile, base: int | None = None, padding: int | None = None) -> Release:
    """The release that these words mean together.  Raises WordError."""
    if (base is not None or padding is not None) and not at_random(profile):
        names = ", ".join(one.name for one in modelled() if at_random(one))
        which = f"is for {names}" if names else "is for versions that begin their heap at random"
        field = "base" if base is not None else "padding"
        raise WordError(f"a heap of {profile.name} always begins at the same place; {field} {which}").of(field)
    if base is not None and (base % CHUNK or not 0 < base < HIGHEST):
        low = min(max(base // CHUNK, 1) * CHUNK, HIGHEST - CHUNK)
        raise WordError(f"{base:#x} is not a multiple of 4 MB below {HIGHEST:#x}", f"{low:#x}").of("base")
    return Release(profile, base or 0, padding or 0)


def build_go(profile: Profile | None = None, base: int | None = None, padding: int | None = None) -> Go:
    """A Go command; without a version it asks which there are."""
    return Go(None if profile is None else build_release(profile, base, padding))
