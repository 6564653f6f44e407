"""A pattern that is compiled when it is first used answers as one that is compiled at once."""

import re
from typing import Any

import pytest

from gomem_core.regex import regex


@pytest.mark.parametrize("text", ["ab", "AB12", ""])
def test_answers_as_one_of_re(text: str) -> None:
    lazy, plain = regex(r"([a-z]+)(\d*)", re.IGNORECASE), re.compile(r"([a-z]+)(\d*)", re.IGNORECASE)
    for _ in range(2):  # it is compiled for the first answer
        for name in ("match", "fullmatch", "search"):
            found, expected = getattr(lazy, name)(text), getattr(plain, name)(text)
            assert (found and found.groups()) == (expected and expected.groups())
        assert lazy.findall(text) == plain.findall(text)
        assert lazy.sub("-", text) == plain.sub("-", text)
    assert (lazy.pattern, lazy.flags) == (plain.pattern, plain.flags)


def test_bytes() -> None:
    assert regex(rb"a+").findall(b"aab") == [b"aa"]


def test_compiled_once_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    compile_ = re.compile

    def noted(*args: Any) -> Any:
        compiled.append(args)
        return compile_(*args)

    monkeypatch.setattr(re, "compile", noted)
    lazy = regex("a")
    assert compiled == []
    assert lazy.match("a")
    assert lazy.match("a")
    assert len(compiled) == 1


def test_a_wrong_one_is_refused_when_it_is_used() -> None:
    lazy = regex("(")
    with pytest.raises(re.error):
        lazy.match("")
