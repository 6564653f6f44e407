"""How figures and sentences are written, everywhere the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.report import format_bytes, signed, told

K, M, G, T = 1 << 10, 1 << 20, 1 << 30, 1 << 40


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0 B"),
        (96, "96 B"),
        (1023, "1023 B"),
        (1024, "1.0K"),
        (46182, "45.1K"),  # 45.099…
        (1016 * K, "1016K"),
        (1000 * K - 1, "1000K"),
        (999 * K, "999.0K"),
        (M - 1, "1.0M"),  # not 1024K
        (4 * M, "4.0M"),
        (512 * G, "512.0G"),
        (2048 * T, "2048T"),
        (-1536, "-1.5K"),
    ],
)
def test_bytes_have_one_form(n: int, text: str) -> None:
    assert format_bytes(n) == text


@given(st.integers(0, 1 << 49))
def test_bytes_need_six_cells_at_most_and_are_right_within_their_last_digit(n: int) -> None:
    text = format_bytes(n)
    assert len(text) <= 6
    number, unit = (text[:-2], 1) if text.endswith(" B") else (text[:-1], {"K": K, "M": M, "G": G, "T": T}[text[-1]])
    last = 0.1 if "." in number else 1.0
    assert abs(float(number) * unit - n) <= 0.5001 * last * unit


def test_differences_carry_their_sign() -> None:
    assert [signed(n, "bytes") for n in (4300, -48, 0)] == ["+4.2K", "-48 B", "0 B"]
    assert [signed(n) for n in (3, -1, 0)] == ["+3", "-1", "0"]


def test_a_sentence_is_chosen_whole() -> None:
    assert told(1, "{n} page of {what} is", "{n} pages of {what} are", what="it") == "1 page of it is"
    assert told(0, "{n} page of {what} is", "{n} pages of {what} are", what="it") == "0 pages of it are"
