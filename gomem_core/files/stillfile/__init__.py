"""Stills as a file: JSON, a line each, compressed by gzip, which another gomem opens to equal stills.

    {"gomem_still": 1, "profile": …, "kind": "still", "of": "session", "title": …, "step": …,
     "extents": …, "spans": …, "slots": …, "pointers": …, "lists": …, "caches": …, "sums": …, "objects": …}

Spans, slots, pointers and objects are columns, all of one length.  Addresses and sets of bits are hexadecimal strings; null
stands for a trigger that is never reached.  What is read is checked, so that every question to the still has an answer: a file
that was cut off, or in which parts do not fit together, is an error that says where.
"""

from gomem_core.files.stillfile.fields import FieldError
from gomem_core.files.stillfile.reading import read_still, read_strip
from gomem_core.files.stillfile.writing import still_bytes, strip_bytes

__all__ = ["FieldError", "read_still", "read_strip", "still_bytes", "strip_bytes"]
