"""A film strip: looks at one heap in a row, of which one is shown, and the next one, where the heap can be looked at again."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from gomem_core.go.versions import Profile
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import Objects
from gomem_core.world.still import Still
from gomem_core.world.world import Caches, Extents, Kind, Lists, Pointers, Slots, Spans, Sums, unknown

LOOK: Final = "look"  # the step that leads to the next one


class Strip:
    """Stills in the order in which they were taken, at least one; as a world it is the one that is shown."""

    def __init__(self, stills: Sequence[Still], take: Callable[[], Still] | None = None) -> None:
        """`take` looks once more, and raises LookFailed where that does not succeed; None: this can be looked at no more."""
        self._taken = [*stills] if take is not None else []  # to which looks are added
        self.stills: Final[Sequence[Still]] = stills if take is None else self._taken
        self.at = 0  # the number of the still that is shown
        self._seen = 0  # of the one that was shown when `take_exchanged` was asked last
        self._take = take

    @property
    def shown(self) -> Still:
        """The still that is shown."""
        return self.stills[self.at]

    @property
    def goes_on(self) -> bool:
        """Whether the heap can be looked at again."""
        return self._take is not None

    def advance(self) -> None:
        """Show the next still, which is taken where there is none yet.  Raises LookFailed; the one before is shown then."""
        if self.at + 1 == len(self.stills):
            if self._take is None:
                raise LookFailed("this heap was read at one moment, and cannot be looked at again")
            self._taken.append(self._take())
        self.at += 1

    def trend(self, most: int) -> list[Sums]:
        """The sums of the last looks, at most so many, up to the one that is shown; none where a look has none."""
        shown = self.stills[max(0, self.at + 1 - most) : self.at + 1]
        return [] if any(unknown(still, "sums") for still in shown) else [still.sums for still in shown]

    def take_exchanged(self) -> bool:
        """Whether another still is shown than when this was asked last."""
        seen, self._seen = self._seen, self.at
        return seen != self.at

    @property
    def objects(self) -> Objects:
        """The objects of the still that is shown, whichever that is when they are asked something."""
        return cast("Objects", _Shown(self))

    # --- A world ----------------------------------------------------------------------------------------------------------

    @property
    def kind(self) -> Kind:
        """What sort of heap it is."""
        return self.shown.kind

    @property
    def profile(self) -> Profile:
        """The version of Go, the same in all of them."""
        return self.shown.profile

    @property
    def spans(self) -> Spans:
        """The facet of the still that is shown, as the others are."""
        return self.shown.spans

    @property
    def slots(self) -> Slots:
        """Likewise."""
        return self.shown.slots

    @property
    def pointers(self) -> Pointers:
        """Likewise."""
        return self.shown.pointers

    @property
    def lists(self) -> Lists:
        """Likewise."""
        return self.shown.lists

    @property
    def caches(self) -> Caches:
        """Likewise."""
        return self.shown.caches

    @property
    def sums(self) -> Sums:
        """Likewise."""
        return self.shown.sums

    @property
    def extents(self) -> Extents:
        """Likewise."""
        return self.shown.extents

    def doubt(self, fact: Fact) -> str:
        """Why a fact is not known; empty where it is."""
        return self.shown.doubt(fact)


class _Shown:
    """Hands what it is asked on to the objects of the still that is shown: a session keeps one table of objects for all looks."""

    def __init__(self, strip: Strip) -> None:
        self._strip = strip

    def __len__(self) -> int:
        return len(self._strip.shown.objects)

    def __getattr__(self, name: str) -> Any:  # Any: it is whatever the objects have under this name
        return getattr(self._strip.shown.objects, name)


class LookFailed(Exception):
    """A heap could not be looked at again; its text says why."""
