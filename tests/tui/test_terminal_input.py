"""What becomes of the bytes that a terminal sends.  Expected values come from xterm's and the kitty protocol's tables."""

import asyncio
import os
import time
import tty
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, MouseEvent, Paste
from textual.message import Message

from gomem_tui.terminal.driver import BackgroundTold, PasteTooLong, TerminalDriver, TerminalParser, chord_name
from gomem_tui.terminal.terminalinput import MOST_PASTED, PATIENCE, TORN_PATIENCE, TerminalInput


class Reader:
    """Reads as the driver does; `late` is a silence that is longer than anything is waited for."""

    def __init__(self, *bound: str) -> None:
        self.input, self.parser = TerminalInput(lambda character: chord_name(character) in bound), TerminalParser()

    def read(self, *reads: bytes) -> list[Message]:
        return [message for data in reads for piece in self.input.feed(data) for message in self.parser.messages(piece)]

    def late(self) -> list[Message]:
        return [message for piece in self.input.late() for message in self.parser.messages(piece)]


def keys(messages: list[Message]) -> list[str]:
    return [message.key if isinstance(message, Key) else type(message).__name__ for message in messages]


def all_keys(*reads: bytes, bound: tuple[str, ...] = ()) -> list[str]:
    reader = Reader(*bound)
    return keys(reader.read(*reads)) + keys(reader.late())


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"\x1bx", ["escape", "x"]),
        (b"\x1b:", ["escape", "colon"]),
        (b"\x1b\r", ["escape", "enter"]),
        (b"\x1b7", ["escape", "7"]),
        (b"\x1bb", ["escape", "b"]),
        (b"\x1bP", ["escape", "P"]),
        (b"\x1b\x7f", ["escape", "backspace"]),
        (b"\x1b\x1bq", ["escape", "escape", "q"]),
        (b"\x1b" + b"j" * 40, ["escape"] + ["j"] * 40),
        ("\x1bé".encode(), ["escape", "é"]),
        (b"\x1b", ["escape"]),
        (b"\x1b[", ["escape", "left_square_bracket"]),
        (b"\x1bO", ["escape", "O"]),
        (b"\x1b]", ["escape", "right_square_bracket"]),
        (b"\x1b]x", ["escape", "right_square_bracket", "x"]),
        (b"\x1b[jk", ["escape", "left_square_bracket", "j", "k"]),
        (b"\x1bOzk", ["escape", "O", "z", "k"]),
    ],
)
def test_esc_acts_and_then_the_key_behind_it(sent: bytes, expected: list[str]) -> None:
    assert all_keys(sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"\x1b[A", "up"),
        (b"\x1bOA", "up"),
        (b"\x1b[1;3D", "alt+left"),
        (b"\x1bOP", "f1"),
        (b"\x1b[[A", "f1"),
        (b"\x1b[11~", "f1"),
        (b"\x1b[5~", "pageup"),
        (b"\x1b[27u", "escape"),
        (b"\x1b[106u", "j"),
        (b"\x1b[Z", "shift+tab"),
    ],
)
def test_sequences_are_the_keys_they_were_also_when_a_line_tears_them(sent: bytes, expected: str) -> None:
    assert all_keys(sent + b"j") == [expected, "j"]
    assert all_keys(*(bytes([byte]) for byte in sent)) == [expected]


def test_a_chord_that_is_bound_stays_one() -> None:
    assert all_keys(b"\x1bx\x1by", bound=("alt+x",)) == ["alt+x", "escape", "y"]
    assert all_keys(b"\x1b:", bound=("alt+colon",)) == ["alt+colon"]


def test_no_chord_has_a_character_that_could_be_typed() -> None:
    assert [m.character for m in Reader("alt+x").read(b"\x1bx") if isinstance(m, Key)] == [None]


@pytest.mark.parametrize("byte", range(0x80, 0x100))
def test_a_byte_that_is_not_utf8_is_nothing_and_the_next_key_is_itself(byte: int) -> None:
    assert all_keys(bytes([byte]) + b"jk") == ["j", "k"]


def test_an_old_mouse_report_far_to_the_right_is_no_key() -> None:
    assert all_keys(b"\x1b[M \xfa\xc3j") == ["j"]
    assert all_keys(b"\x1b[M\x20\xc3\xa9j") == ["j"]  # two bytes that together are a letter


def test_the_mouse_of_today_still_arrives() -> None:
    (click,) = Reader().read(b"\x1b[<0;12;5M")
    assert isinstance(click, MouseEvent)
    assert (click.x, click.y) == (11, 4)


def test_a_paste_is_one_text_and_never_keys() -> None:
    (paste,) = Reader().read(b"\x1b[200~alloc 48\r\n\x1b[31mx\x07\x03\tq\x1b[201~")
    assert isinstance(paste, Paste)
    assert paste.text == "alloc 48\r\n[31mx\tq"


def test_a_torn_paste_is_one_text() -> None:
    sent = b"\x1b[200~\nabc \xc3\xa4\x1b[201~j"
    (paste, key) = Reader().read(*(bytes([byte]) for byte in sent))
    assert isinstance(paste, Paste)
    assert paste.text == "\nabc ä"
    assert isinstance(key, Key)


def test_a_paste_without_an_end_does_not_keep_the_keys_for_ever() -> None:
    reader = Reader()
    assert reader.read(b"\x1b[200~abc") == []
    assert reader.input.patience == TORN_PATIENCE
    assert [m.text for m in reader.late() if isinstance(m, Paste)] == ["abc"]
    assert keys(reader.read(b"j")) == ["j"]


def test_a_paste_that_is_too_long_is_refused_as_a_whole() -> None:
    messages = Reader().read(b"\x1b[200~", *[b"x" * 4096] * (MOST_PASTED // 4096 + 1), b"\x1b[201~j")
    assert [type(m) for m in messages] == [PasteTooLong, Key]
    (just,) = Reader().read(b"\x1b[200~" + b"x" * MOST_PASTED + b"\x1b[201~")
    assert isinstance(just, Paste)


@pytest.mark.parametrize("end", [b"\x07", b"\x1b\\"])
def test_the_terminals_background_is_told_and_is_no_key(end: bytes) -> None:
    sent = b"\x1b]11;rgb:ffff/8080/0000" + end
    for reads in ([sent + b"j"], [bytes([byte]) for byte in sent + b"j"]):
        told, key = Reader().read(*reads)
        assert isinstance(told, BackgroundTold)
        assert told.colour == pytest.approx((1, 0x80 / 255, 0))
        assert isinstance(key, Key)


def test_an_answer_that_never_ends_is_dropped() -> None:
    reader = Reader()
    assert reader.read(b"\x1b]11;rgb:ff") == []
    assert reader.input.patience == TORN_PATIENCE
    assert reader.late() == []
    assert keys(reader.read(b"j")) == ["j"]
    assert keys(reader.read(b"\x1b]11;" + b"x" * 100 + b"\x07j"))[-1:] == ["j"]


@pytest.mark.parametrize("answer", [b"\x1b[?62;4c", b"\x1b[>41;379;0c", b"\x1b[?997;1n", b"\x1b[?0u", b"\x1bP>|xterm(379)\x1b\\"])
def test_answers_that_nobody_asked_for_are_no_keys(answer: bytes) -> None:
    assert all_keys(answer + b"j") == ["j"]
    if answer[1:2] == b"[":  # Esc and P is a key that takes a picture: torn just there, nothing can tell
        assert all_keys(*(bytes([byte]) for byte in answer + b"j")) == ["j"]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x1b[1;99;7Z",
        b"\x1b[97;5:3u",  # ctrl+a is let go, told where another program left the kitty protocol's event types on
        b"\x1b[1114112u",  # no character has this number, nor the next ones
        b"\x1b[97;;1114112u",
        b"\x1b[99999999999999999999u",
        b"\x1b[:u",
        b"\x1b[48;9999999;9999999;1;1t",  # a size that nobody asked for
        b"\x1b[<0;-3;5M",  # a mouse beyond the edge, as Ghostty tells it
        b"\x1b[<1-;2;3M",
    ],
)
def test_a_sequence_that_nobody_knows_is_nothing(sent: bytes) -> None:
    assert all_keys(sent + b"j") == ["j"]


@pytest.mark.parametrize("sent", [b"\x1b[1;3D", b"\x1b[<0;12;5M", b"\x1b[M ab"])
def test_a_sequence_that_a_line_tears_is_waited_for_and_its_beginning_is_no_key(sent: bytes) -> None:
    for end in range(len(b"\x1b[1"), len(sent)):
        reader = Reader()
        assert reader.read(sent[:end]) == []
        assert reader.input.patience == TORN_PATIENCE
        assert reader.late() == []
        assert keys(reader.read(b"j")) == ["j"]


def test_only_what_may_go_on_is_waited_for() -> None:
    reader = Reader()
    for sent, patience in ((b"\x1b", PATIENCE), (b"[", PATIENCE), (b"A", None), (b"\x1bx", None)):
        reader.read(sent)
        assert reader.input.patience == patience, sent


def torn(data: bytes) -> Iterator[tuple[bytes, ...]]:
    for at in range(len(data) + 1):
        yield data[:at], data[at:]


@given(
    st.lists(
        st.sampled_from([b"j", b"\x1b[A", b"\x1bOP", b"\x1b[200~a b\x1b[201~", b"\x1b]11;rgb:0/0/0\x07", b"\xfc", b"\x1b[27u"])
    )
)
def test_where_a_line_tears_does_not_matter(parts: list[bytes]) -> None:
    data = b"".join(parts)
    whole = all_keys(data)
    assert all(all_keys(*reads) == whole for reads in torn(data))


_NUMBERED = st.from_regex(rb"\A\x1b\[[<?>]?[-0-9:;]{0,12}[ $]?[A-Za-z~]\Z")


@given(st.lists(st.binary(max_size=40) | _NUMBERED, max_size=6))
def test_nothing_that_arrives_is_an_error_and_keys_behind_a_silence_are_keys(reads: list[bytes]) -> None:
    reader = Reader()
    reader.read(*reads)
    reader.late()
    reader.late()
    assert keys(reader.read(b"j")) == ["j"]


@pytest.mark.parametrize("answers", [False, True])
def test_the_end_waits_for_an_answer_that_the_shell_would_read_as_keys(monkeypatch: pytest.MonkeyPatch, answers: bool) -> None:
    terminal, line = os.openpty()
    tty.setraw(line)
    loop = asyncio.new_event_loop()
    driver = TerminalDriver.__new__(TerminalDriver)
    told: list[Message] = []
    monkeypatch.setattr(driver, "process_message", told.append, raising=False)
    driver.fileno, driver._asked, driver._is_answered, driver._silence = line, time.monotonic(), False, None
    driver._reading, driver._input, driver._parser = loop, TerminalInput(lambda _: False), TerminalParser()
    if answers:
        os.write(terminal, b"\x1b]11;rgb:ffff/0/0\x07")
    began = time.monotonic()
    driver.disable_input()
    waited = time.monotonic() - began
    assert (waited < 0.1) if answers else (waited >= 0.2 - 0.01)
    assert [message.colour for message in told if isinstance(message, BackgroundTold)] == [(1.0, 0.0, 0.0)] * answers
    loop.close()
    os.close(terminal)
    os.close(line)
