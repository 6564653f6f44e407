"""Text that does not fit: cut between words, never inside of one."""

from collections.abc import Iterable

from gomem_core.report import format_bytes


def clip(text: str, width: int) -> str:
    """The text if it fits, else as many whole words as do, and …; the beginning of the word where even one is too long."""
    if len(text) <= width:
        return text
    if width < 2:
        return "…"[: max(width, 0)]
    cut = text[: width - 1].rfind(" ")
    head = text[:cut].rstrip(" ,;:") if cut > 0 else ""
    return f"{head or text[: width - 2].rstrip()} …"


def join_fitting(parts: Iterable[str], width: int, separator: str = "  ") -> str:
    """As many of the parts, from the first on, as fit side by side."""
    text = ""
    for part in parts:
        longer = f"{text}{separator}{part}" if text else part
        if len(longer) > width:
            break
        text = longer
    return text


def size_text(nbytes: int) -> str:
    """A number of bytes with its unit: 48 B, 4.0K."""
    return f"{nbytes} B" if nbytes < 1024 else format_bytes(nbytes)
