"""The table of Go versions: what its rows have to keep to, so that columns, letters and filters can be made from them."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

import gomem_core
import gomem_tui
from gomem_core.go.versions import ALL_CENTRAL_LISTS, GO_1_10, LONGEST_SPAN, MOST_CLASSES, PROFILES, Profile
from gomem_core.lang.commands import ByAddr, ShowOne
from gomem_core.session.commands import CHECK, CommandError, Context
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
    assert (MOST_CLASSES, LONGEST_SPAN) == (67, 10)


@pytest.mark.parametrize("profile", ROWS, ids=lambda profile: profile.name)
def test_what_a_row_has_to_keep_to(profile: Profile) -> None:
    assert re.fullmatch(r"go\d+\.\d+", profile.name)
    assert [c.number for c in profile.classes] == [*range(len(profile.classes))]
    sizes = [c.size for c in profile.classes]
    assert sizes == sorted(set(sizes))
    names, signs = profile.central_names, [one.sign for one in profile.central_lists]
    assert all(re.fullmatch(r"[a-z]{1,8}", name) for name in names), "a field of filters, a column of panes"
    assert len({*names, *profile.heap_lists, "mcache"}) == len(names) + len(profile.heap_lists) + 1
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
    compared = re.compile(r"profile\.name\s*(==|!=|<|>|in\b)|startswith\([\"']go1|[\"']go1\.\d+")
    assert not [path for path in sources("go") if compared.search(path.read_text(encoding="utf-8"))]


def test_names_of_lists_stand_in_the_table_alone() -> None:
    """But for the allocator, its recordings, and keys of JSON."""
    named = re.compile(r"[\"'](nonempty|freelarge|busylarge)[\"'](?!:)")
    assert not [path for path in sources("go", "classic", "recordings") if named.search(path.read_text(encoding="utf-8"))]


def test_lists_of_all_versions_can_be_asked_for() -> None:
    assert [one.name for one in ALL_CENTRAL_LISTS] == ["nonempty", "empty"]
