"""Look-up tables from a request to its span class, made once for each version's classes (runtime/sizeclasses.go).

Go has two tables of size classes, by 8 bytes up to 1 KB and by 128 above, and asks for pointers and headers then; here it is one
look for all of that.
"""

from functools import cache
from typing import Final

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.sizeclasses import SizeClass
from gomem_core.go.versions import BITS_IN_SPAN

_MOST_IN_SPAN: Final = BITS_IN_SPAN // PTR_SIZE  # words of an object that has no header


@cache
def span_class_tables(classes: tuple[SizeClass, ...], has_headers: bool) -> tuple[list[int], list[int]]:
    """The span classes of objects without pointers, and of those with, whose headers are counted: by (size + 7) / 8."""
    by_words: list[int] = []
    for c in classes:
        by_words += [c.number] * (c.size // PTR_SIZE + 1 - len(by_words))
    noscan = [sizeclass << 1 | 1 for sizeclass in by_words]
    scan = [sizeclass << 1 for sizeclass in by_words]
    if has_headers:
        scan[_MOST_IN_SPAN + 1 :] = scan[_MOST_IN_SPAN + 2 :]  # one word more each
    return noscan, scan
