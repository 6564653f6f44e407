"""What both the writer and the reader of still files know of their shape."""

from typing import Final

VERSION: Final = 1
ADDRESSES: Final = ("base", "next_base", "prev_base", "ptr")  # columns of spans
ALWAYS: Final = ("base", "npages", "state", "spanclass", "elemsize", "nelems", "alloc_count")  # those in which nothing is unknown
ENDS: Final = ("start", "end", "used_start", "used_end")  # of a region
NEVER: Final = ("gc_trigger", "next_gc", "NextGC")  # figures of which null says that they are never reached
NOT_KNOWN: Final = "unknown"  # ... and this that they are not known; of other figures null says that
SITE_COLUMNS: Final = ("stack", "size", "inuse_objects", "inuse_bytes", "alloc_objects", "alloc_bytes")
OBJECT_COLUMNS: Final = {"addr": "Q", "size": "q", "ptrdata": "q", "born": "i", "dropped": "i", "number": "i", "churned": "b"}
