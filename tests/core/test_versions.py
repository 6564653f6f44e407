"""The table of Go versions: what its rows have to keep to, so that columns, letters and filters can be made from them."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Final, cast

import pytest

import gomem_core
import gomem_tui
from gomem_core.go.versions import (
    ALL_CENTRAL_LISTS,
    GO_1_10,
    LONGEST_SPAN,
    MOST_CLASSES,
    PROFILES,
    Profile,
    profile_named,
)
from gomem_core.lang.commands import ByAddr, ShowOne
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.session.commands.table import CHECK
from gomem_tui.render.pagecells import class_glyph, class_glyphs
from tests.core.facts import SIZE_CLASSES
from tests.madeup import APART, STARTS, made_up
from tests.madeup import PROFILE as MADE_UP

ROWS = [*PROFILES, MADE_UP]


def test_go_1_10() -> None:
    assert [(c.number, c.size, c.npages, c.nelems) for c in GO_1_10.classes[1:]] == [row[:3] + row[4:5] for row in SIZE_CLASSES]
    assert GO_1_10.central_names == ("nonempty", "empty")
    assert (GO_1_10.largest_class, GO_1_10.span_classes, GO_1_10.central_classes) == (66, range(134), range(2, 134))
    assert (GO_1_10.small_limit_text, MADE_UP.small_limit_text) == ("32 KB", "40952 bytes")
    assert (MOST_CLASSES, LONGEST_SPAN) == (68, 10)
    assert [profile.name for profile in PROFILES if profile.modelled] == ["go1.10", *(f"go1.{n}" for n in range(21, 28))]


# What the runtimes of these versions say: facts of their size classes, read from them.
_SIZES: Final = (
    *(8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512),
    *(576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144),
    *(6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264),
    *(28672, 32768),
)
_PAGES: Final = (2, 1, 2, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4, 5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4)
_SLOTS: Final = {  # size: slots of a span in 1.21, 1.22 to 1.25 noscan and scan, 1.26 and later noscan and scan
    8: (1024, 1024, 1008, 1024, 1008),
    16: (512, 512, 504, 504, 496),
    24: (341, 341, 336, 336, 330),
    64: (128, 128, 126, 126, 124),
    512: (16, 16, 15, 15, 15),
}


@pytest.mark.parametrize("minor", range(21, 28))
def test_later_versions(minor: int) -> None:
    profile = profile_named(f"go1.{minor}.3-X:nogreenteagc")
    assert profile is not None
    assert profile.name == f"go1.{minor}"
    assert [c.size for c in profile.classes] == [0, *_SIZES]
    assert [c.npages for c in profile.classes] == [0, *(1,) * 34, *_PAGES]
    column = 0 if minor == 21 else 1 if minor < 26 else 3
    for number, size in enumerate(_SIZES, 1):
        noscan, scan = profile.nelems(2 * number + 1), profile.nelems(2 * number)
        assert profile.classes[number].nelems == noscan
        assert not profile.has_header(2 * number + 1)
        assert profile.has_header(2 * number) == (minor > 21 and size > 512)
        if size in _SLOTS:
            expected = _SLOTS[size]
            assert (noscan, scan) == (expected[column], expected[column + (minor > 21)])
        elif size > 512:
            assert noscan == scan == profile.classes[number].npages * 8192 // size
    assert [profile.nelems(spanclass) for spanclass in (0, 1)] == [0, 0]
    assert profile.central_names == ("partial", "partialu", "full", "fullu")
    assert profile.central_classes == profile.span_classes == range(136)
    assert (profile.heap_lists, profile.reservation, profile.arena_bytes) == (None, False, 64 << 20)
    assert profile.small_limit == (32768 if minor == 21 else 32760)
    assert profile.arena_start == (0xC000000000 if minor < 26 else 0)
    assert profile.inline_marks == bool(profile.padding) == (minor >= 26)
    assert profile.heap_bits == ("arena" if minor == 21 else "span")


def test_versions_are_known_by_what_programs_say() -> None:
    assert profile_named("go1.10") is GO_1_10
    assert {profile_named(name) for name in ("go1.2", "go1.211", "go1.28.1", "devel", "", "xgo1.21")} == {None}


@pytest.mark.parametrize("profile", ROWS, ids=lambda profile: profile.name)
def test_what_a_row_has_to_keep_to(profile: Profile) -> None:
    assert re.fullmatch(r"go\d+\.\d+", profile.name)
    assert [c.number for c in profile.classes] == [*range(len(profile.classes))]
    sizes = [c.size for c in profile.classes]
    assert sizes == sorted(set(sizes))
    names, signs = profile.central_names, [one.sign for one in profile.central_lists]
    assert all(re.fullmatch(r"[a-z]{1,8}", name) for name in names), "a field of filters, a column of panes"
    lists = profile.heap_lists or ()
    assert len({*names, *lists, profile.padding, "mcache"}) == len(names) + len(lists) + 2
    assert len({*signs, *"MBm*·░▒╌"}) == len(signs) + 8, "no sign of the page map means two things"
    assert all(len(sign) == 1 for sign in signs)


@pytest.mark.parametrize("profile", ROWS, ids=lambda profile: profile.name)
def test_each_class_has_a_letter_of_its_own(profile: Profile) -> None:
    letters = [class_glyph(c.number) for c in profile.classes[1:]]
    assert len({*letters, "?"}) == len(letters) + 1
    assert class_glyphs(profile).endswith(letters[-1])
    assert class_glyph(500) == "?"


def test_what_a_version_or_a_heap_lacks_is_refused() -> None:
    """The language reads the numbers of all versions; what this heap does not have is said by the command."""
    context = cast("Context", SimpleNamespace(world=made_up()))
    check = CHECK[ShowOne]
    check(context, ShowOne("class", 67))
    with pytest.raises(CommandError, match=r"68 is not a class number of go9\.99; it is between 0 and 67") as refused:
        check(context, ShowOne("class", 68))
    assert (refused.value.word, refused.value.suggestion) == ("68", "67")
    between = STARTS[0] + APART // 2
    check(context, ShowOne("page", ByAddr(STARTS[1])))
    with pytest.raises(CommandError, match="lies between two arenas: there is no page"):
        check(context, ShowOne("page", ByAddr(between)))


def sources(*allowed: str) -> Iterator[Path]:
    """The files of both packages but for rooms of these names."""
    for package in (gomem_core, gomem_tui):
        root = Path(package.__path__[0])
        yield from (path for path in root.rglob("*.py") if path.relative_to(root).parts[0] not in allowed)


def test_versions_are_compared_nowhere() -> None:
    compared = re.compile(r"profile\.name\s*(==|!=|<|>|in\b)|startswith\([\"']go1|[\"']go1\.\d+[\"']")
    assert not [path for path in sources("go") if compared.search(path.read_text(encoding="utf-8"))]


def test_names_of_lists_stand_in_the_table_alone() -> None:
    """But for the allocator, its recordings, and keys of JSON."""
    named = re.compile(r"[\"'](nonempty|freelarge|busylarge)[\"'](?!:)")
    assert not [path for path in sources("go", "classic", "recordings") if named.search(path.read_text(encoding="utf-8"))]


def test_lists_of_all_versions_can_be_asked_for() -> None:
    assert [one.name for one in ALL_CENTRAL_LISTS] == ["nonempty", "empty", "partial", "partialu", "full", "fullu"]
