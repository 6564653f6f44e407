"""The types of Go that a session declared, up to where it stands.

Each declaration was made by a step; whoever goes back leaves those of later steps behind, and they are made again on the way
forward.  tree-sitter is imported when a type is asked for, not when one is declared again.
"""

from typing import TYPE_CHECKING, Final

from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple
from gomem_core.report import Result
from gomem_core.world.still import TypeSource

if TYPE_CHECKING:
    from gomem_core.gotypes.labels import Labels
    from gomem_core.gotypes.types import GoTypes

GIVEN: Final = 0  # as the step of what was declared before the first one


class Declaration(NamedTuple):
    """Source that declares types, and the step that took it in; `file` is what its places are told by."""

    step: int
    text: str
    file: str


class Declared:
    """What was declared, in order: what comes later takes the place of what has the same name."""

    def __init__(self) -> None:
        self._declarations: list[Declaration] = []
        self._types: GoTypes | None = None
        self._labels: Labels | None = None  # of these types

    def __len__(self) -> int:
        return len(self._declarations)

    @property
    def sources(self) -> tuple[TypeSource, ...]:
        """All that was declared, as it is kept."""
        return tuple(TypeSource(one.text, one.file) for one in self._declarations)

    @property
    def nbytes(self) -> int:
        """Characters of the source that is read again when something else is declared."""
        return sum(len(one.text) for one in self._declarations)

    def add(self, step: int, text: str, file: str) -> None:
        """Take in what was found to be right, or was so the first time."""
        self._declarations.append(Declaration(step, text, file))
        self._types = None

    def goto(self, step: int) -> None:
        """Leave behind what later steps declared."""
        kept = [one for one in self._declarations if one.step <= step]
        if len(kept) < len(self._declarations):
            self._declarations, self._types = kept, None

    def types(self, profile: Profile) -> "GoTypes":
        """All declared types, and those that can be written out, as a version of Go has them."""
        if self._types is None or self._types.profile is not profile:
            self._types = self._made(profile)
        return self._types

    def word_name(self, profile: Profile, of_type: str, number: int) -> str:
        """The field that lies in a word of an object; nothing where that is not known."""
        return self._labels_of(profile).word(of_type, number) if of_type else ""

    def described(self, profile: Profile, of_type: str) -> Result:
        """How a type lies in memory, as `layout` tells it; a program may have told its name.  Raises GoError."""
        from gomem_core.gotypes.describe import describe, facts_of  # noqa: PLC0415 -- likewise

        types, own = self.types(profile), self._labels_of(profile).own(of_type)
        checked = types.typed(own)
        return describe(facts_of(types, checked), types.declared_in(checked))

    def _labels_of(self, profile: Profile) -> "Labels":
        types = self.types(profile)
        if self._labels is None or self._labels.types is not types:
            from gomem_core.gotypes.labels import Labels  # noqa: PLC0415 -- likewise

            self._labels = Labels(types)
        return self._labels

    def trial(self, profile: Profile, text: str, file: str) -> "GoTypes":
        """The same with what is to be declared next; nothing is changed.  Raises GoError for what is no Go."""
        types = self._made(profile)
        types.add_kept(text, file)
        return types

    def _made(self, profile: Profile) -> "GoTypes":
        from gomem_core.gotypes.types import GoTypes  # noqa: PLC0415 -- only who types Go waits for it

        types = GoTypes(profile, replacing=True)
        for _, text, file in self._declarations:
            types.add_kept(text, file)
        return types
