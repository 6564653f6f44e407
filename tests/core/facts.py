"""Tables of the facts about Go 1.10's allocator, written down by hand, for tests to compare the code with."""

from bisect import bisect_left
from typing import Final

PAGE: Final = 8192
ARENA: Final = 0xC420000000
MB: Final = 1 << 20

# class, size, pages, span bytes, objects, tail waste, max waste in percent (the comment table of Go's sizeclasses.go)
SIZE_CLASSES: Final[tuple[tuple[int, int, int, int, int, int, float], ...]] = (
    (1, 8, 1, 8192, 1024, 0, 87.50),
    (2, 16, 1, 8192, 512, 0, 43.75),
    (3, 32, 1, 8192, 256, 0, 46.88),
    (4, 48, 1, 8192, 170, 32, 31.52),
    (5, 64, 1, 8192, 128, 0, 23.44),
    (6, 80, 1, 8192, 102, 32, 19.07),
    (7, 96, 1, 8192, 85, 32, 15.95),
    (8, 112, 1, 8192, 73, 16, 13.56),
    (9, 128, 1, 8192, 64, 0, 11.72),
    (10, 144, 1, 8192, 56, 128, 11.82),
    (11, 160, 1, 8192, 51, 32, 9.73),
    (12, 176, 1, 8192, 46, 96, 9.59),
    (13, 192, 1, 8192, 42, 128, 9.25),
    (14, 208, 1, 8192, 39, 80, 8.12),
    (15, 224, 1, 8192, 36, 128, 8.15),
    (16, 240, 1, 8192, 34, 32, 6.62),
    (17, 256, 1, 8192, 32, 0, 5.86),
    (18, 288, 1, 8192, 28, 128, 12.16),
    (19, 320, 1, 8192, 25, 192, 11.80),
    (20, 352, 1, 8192, 23, 96, 9.88),
    (21, 384, 1, 8192, 21, 128, 9.51),
    (22, 416, 1, 8192, 19, 288, 10.71),
    (23, 448, 1, 8192, 18, 128, 8.37),
    (24, 480, 1, 8192, 17, 32, 6.82),
    (25, 512, 1, 8192, 16, 0, 6.05),
    (26, 576, 1, 8192, 14, 128, 12.33),
    (27, 640, 1, 8192, 12, 512, 15.48),
    (28, 704, 1, 8192, 11, 448, 13.93),
    (29, 768, 1, 8192, 10, 512, 13.94),
    (30, 896, 1, 8192, 9, 128, 15.52),
    (31, 1024, 1, 8192, 8, 0, 12.40),
    (32, 1152, 1, 8192, 7, 128, 12.41),
    (33, 1280, 1, 8192, 6, 512, 15.55),
    (34, 1408, 2, 16384, 11, 896, 14.00),
    (35, 1536, 1, 8192, 5, 512, 14.00),
    (36, 1792, 2, 16384, 9, 256, 15.57),
    (37, 2048, 1, 8192, 4, 0, 12.45),
    (38, 2304, 2, 16384, 7, 256, 12.46),
    (39, 2688, 1, 8192, 3, 128, 15.59),
    (40, 3072, 3, 24576, 8, 0, 12.47),
    (41, 3200, 2, 16384, 5, 384, 6.22),
    (42, 3456, 3, 24576, 7, 384, 8.83),
    (43, 4096, 1, 8192, 2, 0, 15.60),
    (44, 4864, 3, 24576, 5, 256, 16.65),
    (45, 5376, 2, 16384, 3, 256, 10.92),
    (46, 6144, 3, 24576, 4, 0, 12.48),
    (47, 6528, 4, 32768, 5, 128, 6.23),
    (48, 6784, 5, 40960, 6, 256, 4.36),
    (49, 6912, 6, 49152, 7, 768, 3.37),
    (50, 8192, 1, 8192, 1, 0, 15.61),
    (51, 9472, 7, 57344, 6, 512, 14.28),
    (52, 9728, 6, 49152, 5, 512, 3.64),
    (53, 10240, 5, 40960, 4, 0, 4.99),
    (54, 10880, 4, 32768, 3, 128, 6.24),
    (55, 12288, 3, 24576, 2, 0, 11.45),
    (56, 13568, 5, 40960, 3, 256, 9.99),
    (57, 14336, 7, 57344, 4, 0, 5.35),
    (58, 16384, 2, 16384, 1, 0, 12.49),
    (59, 18432, 9, 73728, 4, 0, 11.11),
    (60, 19072, 7, 57344, 3, 128, 3.57),
    (61, 20480, 5, 40960, 2, 0, 6.87),
    (62, 21760, 8, 65536, 3, 256, 6.25),
    (63, 24576, 3, 24576, 1, 0, 11.45),
    (64, 27264, 10, 81920, 3, 128, 10.00),
    (65, 28672, 7, 57344, 2, 0, 4.91),
    (66, 32768, 4, 32768, 1, 0, 12.50),
)
SIZES: Final = tuple(row[1] for row in SIZE_CLASSES)  # SIZES[n - 1] is the slot size of class n


def class_of(size: int) -> int:
    """The smallest class that holds `size` bytes, 1 ... 66; 0 for size 0 and beyond 32768."""
    return bisect_left(SIZES, size) + 1 if 0 < size <= SIZES[-1] else 0


def slot_bytes(size: int, noscan: bool) -> int:
    """Bytes that an object really takes: a slot, a shared block of 16, or whole pages."""
    if noscan and 0 < size < 16:
        return 16
    number = class_of(size)
    return SIZES[number - 1] if number else -(-size // PAGE) * PAGE


def span_bytes(size: int, noscan: bool) -> int:
    """Bytes of the span that the object lies in."""
    number = class_of(slot_bytes(size, noscan))
    return SIZE_CLASSES[number - 1][3] if number else slot_bytes(size, noscan)


# --- Go 1.21 to 1.27 ----------------------------------------------------------------------------------------------------

_SMALL = "8 16 24 32 48 64 80 96 112 128 144 160 176 192 208 224 240 256 288 320 352 384 416 448 480 512 576 640 704 768 896 1024"
_LARGER = "1152 1280 1408 1536 1792 2048 2304 2688 3072 3200 3456 4096 4864 5376 6144 6528 6784 6912 8192 9472 9728 10240 10880"
_LARGEST = "12288 13568 14336 16384 18432 19072 20480 21760 24576 27264 28672 32768"
MODERN_SIZES: Final = [int(size) for size in f"{_SMALL} {_LARGER} {_LARGEST}".split()]
_PAGES = "2 1 2 1 2 1 3 2 3 1 3 2 3 4 5 6 1 7 6 5 4 3 5 7 2 9 7 5 8 3 10 7 4"  # of the classes after those with one
MODERN_PAGES: Final = [*[1] * 34, *map(int, _PAGES.split())]


def has_header(size: int, noscan: bool, minor: int) -> bool:
    """Whether 8 bytes before an object of this size say its type, in version 1.`minor`."""
    return minor >= 22 and not noscan and 512 < size <= 32760


def modern_slot(size: int, noscan: bool, minor: int) -> int:
    """Bytes that an object really takes in version 1.`minor`: as slot_bytes."""
    if noscan and 0 < size < 16:
        return 16
    if size > (32768 if minor == 21 else 32760):
        return -(-size // PAGE) * PAGE
    return MODERN_SIZES[bisect_left(MODERN_SIZES, size + 8 * has_header(size, noscan, minor))] if size else 0


def modern_slots_of_span(spanclass: int, minor: int) -> int:
    """Slots of a span of a class."""
    size, pages = MODERN_SIZES[(spanclass >> 1) - 1], MODERN_PAGES[(spanclass >> 1) - 1]
    reserve = 128 if minor >= 26 and 16 <= size <= 512 else 0
    reserve += pages * PAGE // 64 if minor >= 22 and size <= 512 and not spanclass & 1 else 0
    return (pages * PAGE - reserve) // size
