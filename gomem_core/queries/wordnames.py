"""Which field lies in a word of an object whose type is known."""

from collections.abc import Callable, Sequence

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import AGAIN
from gomem_core.world.objectinfo import ObjectInfo
from gomem_core.world.records import WordInfo

WordName = Callable[[str, int], str]
"""Tells what lies in a word: of a type, by its name, and the word's number; nothing where that is not known."""


def no_name(_of_type: str, _number: int) -> str:
    """Nothing: no types are known."""
    return ""


def named_word(o: ObjectInfo, addr: int, has_header: bool, word_name: WordName) -> str:
    """The field of an object that lies in the word at an address; beyond its end, where its mask is read again, with a +."""
    inside = o.addr <= addr and (o.size is None or has_header or o.holds(addr))
    name = word_name(o.type, (addr - o.addr) // PTR_SIZE) if inside and o.type else ""
    return name if has_header or not name.startswith(AGAIN) else ""  # without a header no mask is read again


def names_of_words(words: Sequence[WordInfo], objects: Sequence[ObjectInfo], has_header: bool, word_name: WordName) -> list[str]:
    """The same of all words of a slot, which has these objects."""
    return [next((name for o in objects if (name := named_word(o, w.addr, has_header, word_name))), "") for w in words]
