"""The parts that the images of all versions have: columns of the structs' numbers, their bits, and the pointers they store.

Columns of machine integers are `array`s, one entry a struct, as narrow as their values allow.  Bit sets are ints, which Python
shares between heap and image for nothing.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from struct import pack
from typing import Final, TypeAlias

from gomem_core.both.slots import Slots, alloc_counts, ptr_words_code

NONE: Final = -1  # in the place of a struct's number, or of a length
BIT_SETS: Final = ("alloc_bits", "gcmark_bits", "root_bits")
# Of each slot that stores some: struct, slot, how many; of each stored one: word, target.
Pointers: TypeAlias = "tuple[array[int], ...]"


def columns_of(structs: Sequence[Slots], codes: Mapping[str, str]) -> tuple[array[int], ...]:
    """A column for each field; `codes`: names of fields -> the type codes of their arrays.

    Field by field: a tuple for each struct would call Python's garbage collector, which takes as long as all else.
    """
    n = len(structs)
    return tuple([array(code, pack(f"{n}{code}", *_field(structs, name))) for name, code in codes.items()])


def _field(structs: Sequence[Slots], name: str) -> Iterable[int]:
    """A field of all; what a struct works out when it is asked is worked out here, since to ask takes longer than that."""
    if name == "freeindex":
        return [(s.free_addr - s.start_addr) // s.elemsize if s.elemsize else 0 for s in structs]
    if name == "alloc_count":
        return alloc_counts(structs)
    return map(attrgetter(name), structs)


def bit_sets_of(structs: Sequence[Slots]) -> tuple[tuple[int, ...], ...]:
    """A column for each of BIT_SETS."""
    roots = [s._root_bits if s.rooted_addr == s.free_addr else s.root_bits for s in structs]
    return (tuple([s.alloc_bits for s in structs]), tuple([s.gcmark_bits for s in structs]), tuple(roots))


def ptr_words_of(structs: Sequence[Slots]) -> tuple[bytes, array[int]]:
    """The lists of pointer words of all structs whose objects are not alike, one after the other, and the bytes of each.

    NONE: it has no list; what its objects are like is in the columns `alike` and `alike_to`.
    """
    found = [s._words for s in structs]
    lengths = array("i", [NONE if words is None else len(words) * words.itemsize for words in found])
    return b"".join([words for words in found if words is not None]), lengths


def store_ptr_words(structs: Sequence[Slots], ptr_words: bytes, lengths: Sequence[int]) -> None:
    """Give them back their lists, or none."""
    at = 0
    for s, length in zip(structs, lengths, strict=True):
        if length == NONE:
            s._words = None
        else:
            s._words = array(ptr_words_code(s.spanclass), ptr_words[at : at + length])
            at += length


def pointers_of(structs: Sequence[Slots]) -> Pointers:
    """The pointers that the program stored in the objects of these structs."""
    numbers, slots, counts, words, targets = (array(code) for code in ("I", "H", "Q", "Q", "Q"))
    for i, s in enumerate(structs):
        if s.pointers:
            numbers.extend([i] * len(s.pointers))
            slots.extend(s.pointers)
            for stored in s.pointers.values():
                counts.append(len(stored))
                words.extend(stored)
                targets.extend(stored.values())
    return numbers, slots, counts, words, targets


def tiny_refs_of(structs: Sequence[Slots]) -> dict[int, bytes]:
    """To how many tiny objects the program refers in each slot, by the numbers of the structs that have such slots."""
    return {i: bytes(s.tiny_refs) for i, s in enumerate(structs) if s.tiny_refs is not None and any(s.tiny_refs)}


def store_tiny_refs(structs: Sequence[Slots], refs: Mapping[int, bytes]) -> None:
    """Put them into structs that have none."""
    for i, of_slots in refs.items():
        structs[i].tiny_refs = bytearray(of_slots)


def store_pointers(structs: Sequence[Slots], pointers: Pointers) -> None:
    """Store them in structs that store none."""
    numbers, slots, counts, words, targets = pointers
    stored = zip(words, targets, strict=True)
    for i, slot, count in zip(numbers, slots, counts, strict=True):
        s = structs[i]
        if s.pointers is None:
            s.pointers = {}
        s.pointers[slot] = dict(islice(stored, count))
