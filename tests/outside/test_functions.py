"""The Go functions that a version is said to decide by are in the sources of that version."""

import importlib
import pkgutil
import re

import pytest

from gomem_core import both, modern
from gomem_core.go.events import Event
from gomem_core.go.versions import profile_named
from tests.outside.goprograms import VERSIONS, need, toolchain

ELSEWHERE = {"pointer_written"}  # decided by the program itself


def told() -> dict[str, str]:
    """Kinds of events that the allocator of these versions tells, and the Go functions that they name."""
    names = [f"{room.__name__}.{one.name}" for room in (both, modern) for one in pkgutil.iter_modules(room.__path__)]
    modules = [importlib.import_module(name) for name in names]
    types = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {one.kind: one.go for one in types if issubclass(one, Event) and one is not Event and one.kind not in ELSEWHERE}


def declared(minor: str) -> set[str]:
    """Functions of the runtime, as gomem writes them: name, or (*receiver).name."""
    need(minor)
    found = set()
    for path in (toolchain(minor).parents[1] / "src" / "runtime").glob("*.go"):
        for receiver, name in re.findall(r"^func (?:\(\w+ (\*?\w+)\) )?(\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.add(f"({receiver}).{name}" if receiver else name)
    return found


@pytest.mark.parametrize(
    "minor", [pytest.param(one, marks=() if one in ("1.21", "1.27") else pytest.mark.thorough) for one in VERSIONS]
)
def test_functions_of_a_version_are_in_its_sources(minor: str) -> None:
    profile, kinds = profile_named(f"go{minor}"), told()
    assert profile is not None
    assert len(kinds) > 20
    assert {kind for kind, _ in profile.functions} <= kinds.keys()
    if not profile.inline_marks:
        del kinds["inline_marks_moved"]
    assert {profile.function(kind, usual) for kind, usual in kinds.items()} <= declared(minor)
