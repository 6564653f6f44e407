"""Docstrings begin with a verb or with the thing returned, and what users read is plain English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("gomem_core/**/*.py"), *ROOT.glob("gomem_tui/**/*.py")])

_STUMBLES = re.compile(r"(Of|By|As|Who|Whoever|Whose|Behind|Away|Somebody|Nobody|What somebody|All of)\b")


def docstrings(source: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield getattr(node, "lineno", 1), text


@pytest.mark.parametrize("text", ["Of the file as it is now.", "What somebody probably meant.", "All of them.", "Away with it."])
def test_such_beginnings_are_refused(text: str) -> None:
    assert _STUMBLES.match(text)


def test_docstrings_begin_with_a_verb_or_the_thing_returned() -> None:
    found = [(source, *where) for source in SOURCES for where in docstrings(source)]
    assert len(found) > 1000
    wrong = [f"{source.relative_to(ROOT)}:{line}: {text[:60]}" for source, line, text in found if _STUMBLES.match(text)]
    assert wrong == []


_PHRASES = re.compile(r"outweigh|has no place here|\bshall\b|asks nobody|Who counts|\} is no [a-z{]")
_READ = [*SOURCES, ROOT / "README.md", *ROOT.glob("gomem_core/lessons/*.gomem"), ROOT / "gomem_tui" / "demo.gomem"]


def test_what_users_read_is_plain() -> None:
    found = [(path.name, match[0]) for path in _READ for match in _PHRASES.finditer(path.read_text(encoding="utf-8"))]
    assert found == []
