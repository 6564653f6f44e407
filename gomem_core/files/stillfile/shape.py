"""What both the writer and the reader of still files know of their shape."""

from typing import Final

VERSION: Final = 1
ADDRESSES: Final = ("base", "next_base", "prev_base", "ptr")  # columns of spans
ENDS: Final = ("start", "end", "used_start", "used_end")  # of a region
NEVER: Final = ("gc_trigger", "next_gc")  # counters that can be null
OTHERS: Final = ("central_locks", "sweepgen", "unswept_count")  # sums that are no counters
OBJECT_COLUMNS: Final = {"addr": "Q", "size": "q", "ptrdata": "q", "born": "i", "dropped": "i", "number": "i", "churned": "b"}
