"""Sizes: what they mean, what is none, and how they are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.lang import ParseError, format_size, parse_size

K, M, G, T = 1024, 1024**2, 1024**3, 1024**4


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("48", 48),
        ("007", 7),
        ("0x30", 48),
        ("0XfF", 255),
        ("0x30B", 0x30B),
        ("48B", 48),
        ("32K", 32 * K),
        ("32k", 32 * K),
        ("32KB", 32 * K),
        ("32KiB", 32 * K),
        ("1MiB", M),
        ("1mb", M),
        ("1.5M", 3 * M // 2),
        ("1.50M", 3 * M // 2),
        ("0.5K", 512),
        ("2.0", 2),
        ("100G", 100 * G),
        ("1T", T),
        ("8191.5T", 8191 * T + T // 2),
        ("9223372036854775807", 2**63 - 1),
        ("0x7fffffffffffffff", 2**63 - 1),
    ],
)
def test_size(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "column", "width", "suggestion"),
    [
        ("", 1, 0, None),
        ("-1", 1, 2, None),
        ("+5", 1, 2, "5"),
        ("1e3", 1, 3, "1000"),
        ("1_000", 1, 5, "1000"),
        ("1,000", 1, 5, "1000"),
        ("1.3K", 1, 4, "1332"),  # 1331.2
        ("0.0001K", 1, 7, "1"),
        (".5K", 1, 3, None),
        ("1.", 1, 2, None),
        ("1.K", 1, 3, None),
        ("K", 1, 1, None),
        ("48iB", 3, 2, None),
        ("3P", 2, 1, None),
        ("0x", 1, 2, None),
        ("0x1M", 1, 4, None),
        ("9223372036854775808", 1, 19, None),
        ("0x8000000000000000", 1, 18, "9223372036854775807"),
        ("4 8", 1, 3, None),
        (" 48", 1, 3, None),
        ("48#", 1, 3, None),
        ("\u0664", 1, 1, None),
        ("\uff14", 1, 1, "4"),
        ("1\u212a", 2, 1, "K"),  # the Kelvin sign
        ("9" * 5000, 1, 5000, None),
    ],
)
def test_no_size(text: str, column: int, width: int, suggestion: str | None) -> None:
    with pytest.raises(ParseError) as caught:
        parse_size(text)
    error = caught.value
    assert (error.column, error.width, error.suggestion) == (column, width, suggestion)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0"),
        (1, "1"),
        (1023, "1023"),
        (1024, "1K"),
        (1025, "1025"),
        (1536, "1536"),
        (32768, "32K"),
        (3 * M // 2, "1536K"),
        (M, "1M"),
        (100 * G, "100G"),
        (3 * T, "3T"),
        (1024 * T, "1024T"),
        (2**63 - 1, "9223372036854775807"),
    ],
)
def test_format_size(size: int, text: str) -> None:
    assert format_size(size) == text


@given(st.integers(0, 2**63 - 1) | st.builds(lambda n, s: n << s, st.integers(0, 1000), st.integers(0, 50)))
def test_written_sizes_are_read_back(size: int) -> None:
    assert parse_size(format_size(size)) == size


@given(
    whole=st.integers(0, 10**6),
    fraction=st.text("0123456789", max_size=6),
    unit=st.sampled_from([("", 1), ("B", 1), ("k", K), ("K", K), ("MB", M), ("GiB", G), ("t", T)]),
)
def test_sizes_with_fractions_are_exact(whole: int, fraction: str, unit: tuple[str, int]) -> None:
    text = f"{whole}.{fraction}" if fraction else str(whole)
    exact = Fraction(text) * unit[1]
    if exact.denominator == 1:
        assert parse_size(text + unit[0]) == exact
    else:
        with pytest.raises(ParseError, match="not a whole number of bytes"):
            parse_size(text + unit[0])


@given(st.text(max_size=30))
def test_any_text_is_a_size_or_an_error_inside_it(text: str) -> None:
    try:
        size = parse_size(text)
    except ParseError as caught:
        error = caught
    else:
        assert 0 <= size < 2**63
        return
    assert 1 <= error.column <= len(text) + 1
    assert error.column - 1 + error.width <= len(text)
