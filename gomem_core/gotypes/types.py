"""The types that were declared so far, and those that are typed: what the rest of the program knows of this room."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from gomem_core.foreign import brief
from gomem_core.go.versions import Profile
from gomem_core.gotypes.cycles import find_growing
from gomem_core.gotypes.errors import GoError, Unsized
from gomem_core.gotypes.kept import sources_of
from gomem_core.gotypes.layout import Layouts, Placed, Shape
from gomem_core.gotypes.model import Named, Struct, Type
from gomem_core.gotypes.orders import Inside, least
from gomem_core.gotypes.package import Package
from gomem_core.gotypes.resolve import Resolver
from gomem_core.gotypes.syntax import Source, TypedType, is_typed, source_of, text_of
from gomem_core.named import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

R = TypeVar("R")


class Checked(NamedTuple):
    """A type that Go accepts, and how it lies in memory."""

    type: Type
    name: str  # as it was asked for
    shape: Shape
    mask: str | None  # a character a word, up to the last pointer; None: it is too long to write
    fields: tuple[Placed, ...]

    @property
    def noscan(self) -> bool:
        """Whether it has no pointers."""
        return not self.shape.ptr_bytes


class GoTypes:
    """The declarations of one package for one version of Go.

    Where they are typed one after the other, later ones are `replacing` earlier ones of the same name.
    """

    def __init__(self, profile: Profile, replacing: bool = False) -> None:
        self.profile = profile
        self._package = Package(replacing)
        self._forget()
        self.problems: list[GoError] = []  # of what was declared: names that stand twice

    def add(self, text: str, file: str) -> None:
        """Take in what a file of Go source declares; a package clause may be missing.

        Raises GoError for what is no Go.  What is wrong with a type is told when one asks for it.
        """
        self._take([source_of(text, file)])

    def add_kept(self, text: str, file: str) -> None:
        """Take in what a session declared: a declaration that was typed, or what it kept of files.  Raises GoError likewise."""
        self._take(sources_of(text, file))

    def _take(self, sources: Sequence[Source]) -> None:
        for source in sources:
            self.problems += self._package.add(source)
        self._forget()  # what was found out before may name what another declaration took the place of
        if (problem := find_growing(self._package)) is not None:
            raise problem

    @property
    def names(self) -> list[str]:
        """The names of all declared types, in the order of the source."""
        return list(self._package.types)

    @property
    def packages(self) -> set[str]:
        """The names of the packages whose files were taken in."""
        return self._package.names

    def names_in(self, text: str, file: str) -> list[str]:
        """The names of the types that this source declared, of those that were taken in."""
        sources = sources_of(text, file)
        return [name for name, declaration in self._package.types.items() if declaration.source in sources]

    def line(self, name: str) -> str:
        """Where a declared type stands: file and line, or the step that declared it."""
        place = self._package.types[name].place
        return place.file if is_typed(place) else f"{place.file}:{place.line}"

    def declared_in(self, checked: Checked) -> str | None:
        """Where the declaration of a type stands, that of an instance too; None: it is not declared."""
        name = checked.name.partition("[")[0].strip()
        return self.line(name) if isinstance(checked.type, Named) and name in self._package.types else None

    def is_generic(self, name: str) -> bool:
        """Whether a declared type has parameters."""
        return any(True for _ in self._package.types[name].parameters())

    def typed(self, text: str) -> Checked:
        """The type that a text names or writes out.  Raises GoError; Unsized for a type whose size is not known."""
        source = TypedType(text)
        return self._guarded(text.strip(), lambda: self._resolver.value(source.node(), source, {}))

    def declared(self, name: str) -> Checked:
        """A declared type.  Raises as `typed` does; of a generic type the size is not known, and all else is checked."""
        return self._guarded(name, lambda: self._resolver.declared(name))

    def resolved(self, node: "Node", source: Source) -> Type:
        """The type at a node of a statement.  Raises GoError."""
        return self._guarded(text_of(node), lambda: self._resolver.value(node, source, {})).type

    def measured(self, t: Type) -> tuple[Shape, str | None]:
        """How a type lies in memory, and its mask as in Checked.  Raises GoError."""
        return self._layouts.shape(t), self._layouts.mask(t)

    def offsets(self, t: Struct) -> list[int]:
        """Where the fields of a struct begin.  Raises GoError."""
        return self._layouts.offsets(t)

    def in_best_order(self, checked: Checked) -> Inside:
        """How small it gets, with every struct inside it in its best order."""
        return least(self._layouts, checked.type)

    def constant(self, node: "Node", source: Source) -> int:
        """The value of a constant expression in a statement.  Raises GoError."""
        return self._resolver.constant(node, source)

    def has_constant(self, name: str) -> bool:
        """Whether a constant of this name is declared."""
        return name in self._package.constants

    def has_function(self, name: str) -> bool:
        """Whether a function, or a variable, of this name is declared."""
        return name in self._package.others

    def _forget(self) -> None:
        """Begin anew: after an error, checks that were due would be lost."""
        self._resolver = Resolver(self._package, int(self.profile.name.partition(".")[2]))
        self._layouts = layouts = Layouts()
        self._resolver.size_of = lambda t: layouts.shape(t).size

    def _guarded(self, name: str, find: Callable[[], Type]) -> Checked:
        try:
            found = find()
            try:
                shape = self._layouts.shape(found)
            except Unsized:
                self._resolver.settle()  # what is wrong goes before what is not known
                raise
            self._resolver.settle()
            return Checked(found, name, shape, self._layouts.mask(found), self._layouts.fields(found))
        except RecursionError as e:
            self._forget()
            raise GoError(f"types are nested too deep in {brief(name, 40)}") from e
        except GoError:
            self._forget()
            raise
