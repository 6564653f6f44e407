"""What in a trace contradicts itself: counted, and told as these sentences."""

from typing import Final

MOST_PAGES: Final = 1 << 23  # of one span: 64 GB
MOST_IN_ALL: Final = 1 << 24  # of all spans that are there at once
PAGES: Final = 1 << 33  # where memory can be: 64 TB from the heap's start on

DOUBLE: Final = "an object was allocated in a slot that was not free"
NOT_THERE: Final = "an object was freed that was not there"
NO_SPAN: Final = "an object lies in no span"
OVERLAP: Final = "a span was allocated on pages of another one"
UNKNOWN_SPAN: Final = "a span was freed that was not there"
LEFT: Final = "a span was freed with objects in it"
TOO_LONG: Final = "a span is longer than any memory"
NO_SUCH_CLASS: Final = "a span has a class that there is not"
