"""Where the fields that gomem reads lie in the runtime's structs: Go 1.21 to 1.27, amd64.  Offsets and sizes are bytes.

One table a minor version is enough: no patch release moved a field of the heap's structs, nor did a build mode or an experiment.
The numbers are those of the DWARF of real programs.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

PAGE_SIZE: Final = 8192
ARENA_SIZE: Final = 64 << 20  # heapArenaBytes
ARENA_BASE: Final = -1 << 47  # arenaBaseOffset: where arena 0 and chunk 0 begin
CHUNK_PAGES: Final = 512  # pallocChunkPages
CHUNK_SIZE: Final = CHUNK_PAGES * PAGE_SIZE
CHUNKS_L2: Final = 1 << 13  # pallocData in one piece of pageAlloc.chunks
PALLOC_DATA: Final = 128  # bytes of a pallocData: a bit a page taken, then a bit a page scavenged
SPAN_CLASSES: Final = 136
SIZE_CLASSES: Final = 68
CENTRAL_STRIDE: Final = 192  # an mcentral, and the padding that keeps two of them from sharing a cache line
SET_BLOCK: Final = 512  # spans in a spanSetBlock
INLINE_MARKS: Final = 128  # bytes at the end of a page: 63 of scans, an owner, 63 of marks, a class (spanInlineMarkBits)
HEAP_BITS: Final = 128  # bytes of pointer bits in a page of small objects: a bit a word
MOST_WITHOUT_HEADER: Final = 512  # bytes of a slot whose pointer bits lie in its page; longer ones begin with their type

_MINORS: Final = ("1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27")
# A number for each minor version, or one for all of them; "-": it has none.  A struct without a field: its size.
_TABLE: Final = """
mheap                                   92792   92856   92928   93008   93320   93464   93464
mheap.pages                                 8
mheap.sweepgen                          65856
mheap.allspans                          65864
mheap.pagesSwept                        65896
mheap.pagesSweptBasis                   65904
mheap.sweepHeapLiveBasis                65912
mheap.sweepPagesPerByte                 65920
mheap.reclaimIndex                      65928
mheap.reclaimCredit                     65936
mheap.arenas                            65944   66008   66008   66008   66008   66008   66008
mheap.allArenas                         66032   66096   66096   66096       -       -       -
mheap.heapArenas                            -       -       -       -   66096   66096   66096
mheap.arenaHints                        65992   66056   66056   66056   66056   66056   66056
mheap.curArena                          66104   66168   66168   66168   66192   66192   66192
mheap.central                           66120   66184   66184   66184   66208   66208   66208
mheap.spanalloc                         92232   92296   92296   92296   92320   92320   92320
mheap.cachealloc                        92304   92368   92368   92368   92392   92464   92464
pageAlloc.chunks                          120
pageAlloc.searchAddr                    65656
pageAlloc.inUse                         65680
pageAlloc.mheapLock                     65816
fixalloc.inuse                             48
fixalloc.stat                              56
mspan                                     168     160     160     160     160     160     160
mspan.startAddr                            24
mspan.npages                               32
mspan.freeindex                            48
mspan.nelems                               56      50      50      50      50      50      50
mspan.allocBits                            72      64      64      64      64      64      64
mspan.gcmarkBits                           80      72      72      72      72      72      72
mspan.sweepgen                             96      88      88      88      88      88      88
mspan.allocCount                          104      96      96      96      96      96      96
mspan.allocCountBeforeCache               110     102     102     102     102     102     102
mspan.spanclass                           106      98      98      98      98      98      98
mspan.state                               107      99      99      99      99      99      99
mspan.needzero                            108     100     100     100     100     100     100
mspan.isUserArenaChunk                    109     101     101     101     101     101     101
mspan.elemsize                            112     104     104     104     104     104     104
mspan.specials                            136     128     128     128     128     128     128
mspan.largeType                             -     152     152     152     152     152     152
mcache                                   1200    1200    1200    1208    1208    2296    2296
mcache.tiny                                16      16      16      24      24      24      24
mcache.tinyoffset                          24      24      24      32      32      32      32
mcache.tinyAllocs                          32      32      32      40      40      40      40
mcache.alloc                               40      40      40      48      48      48      48
mcache.flushGen                          1192    1192    1192    1200    1200    2288    2288
mcentral.partial                            8
mcentral.full                              88
spanSet.spine                               8
spanSet.spineLen                           16
spanSet.index                              32
spanSetBlock.spans                         24      24      24      24     512     512     512
heapArena.bitmap                            0       -       -       -       -       -       -
heapArena.spans                       1064960       0       0       0       0       0       0
heapArena.pageInUse                   1130496   65536   65536   65536   65536   65536   65536
heapArena.pageMarks                   1131520   66560   66560   66560   66560   66560   66560
heapArena.pageUseSpanInlineMarkBits         -       -       -       -   68608   68608   68608
heapArena.zeroedBase                  1133576   68616   68616   68616   69640   69640   69640
p.id                                        0
p.status                                    4
p.mcache                                   64      64      56      56      56      56      56
p.pcache                                   72      72      64      64      64      64      64
mstats.stacks_sys                        3544    3544    3544    3544    3520    3520    3520
mstats.mspan_sys                         3552    3552    3552    3552    3528    3528    3528
mstats.mcache_sys                        3560    3560    3560    3560    3536    3536    3536
mstats.buckhash_sys                      3568    3568    3568    3568    3544    3544    3544
mstats.gcMiscSys                         3576    3576    3576    3576    3552    3552    3552
mstats.other_sys                         3584    3584    3584    3584    3560    3560    3560
mstats.numgc                             7704    7704    7704    7704    7680    7680    7680
heapStatsDelta                           1176    1176    1176    1176    1168    1168    1168
heapStatsDelta.committed                    0
heapStatsDelta.released                     8
heapStatsDelta.inHeap                      16
heapStatsDelta.inStacks                    24
heapStatsDelta.inWorkBufs                  32
heapStatsDelta.inPtrScalarBits             40      40      40      40       -       -       -
heapStatsDelta.tinyAllocCount              48      48      48      48      40      40      40
heapStatsDelta.largeAlloc                  56      56      56      56      48      48      48
heapStatsDelta.largeAllocCount             64      64      64      64      56      56      56
heapStatsDelta.smallAllocCount             72      72      72      72      64      64      64
heapStatsDelta.largeFree                  616     616     616     616     608     608     608
heapStatsDelta.largeFreeCount             624     624     624     624     616     616     616
heapStatsDelta.smallFreeCount             632     632     632     632     624     624     624
gcControllerState                         392
gcControllerState.gcPercent                 0
gcControllerState.memoryLimit               8
gcControllerState.heapMinimum              16
gcControllerState.runway                   24
gcControllerState.gcPercentHeapGoal        72
gcControllerState.sweepDistMinTrigger      80
gcControllerState.triggered                88
gcControllerState.heapLive                104
gcControllerState.heapMarked              152
gcControllerState.heapInUse               272
gcControllerState.heapFree                288
gcControllerState.totalAlloc              296
gcControllerState.totalFree               304
gcControllerState.mappedReady             312
moduledata.text                           176
moduledata.etext                          184
moduledata.noptrdata                      192
moduledata.enoptrdata                     200
moduledata.data                           208
moduledata.edata                          216
moduledata.bss                            224
moduledata.ebss                           232
moduledata.types                          296
moduledata.etypes                         304     304     304     304     304     304     312
arenaHint.addr                              0
arenaHint.down                              8
arenaHint.next                             16
"""


def minors() -> tuple[str, ...]:
    """The minor versions that are known, such as 1.27, oldest first."""
    return _MINORS


def field(name: str) -> str:
    """The name of a field as Go has it: gcPercent for gc_percent."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@cache
def offsets(minor: str) -> Mapping[str, int]:
    """Offsets by "struct.field", and sizes by "struct", of a minor version; a field that it does not have is missing.

    Raises KeyError for a version that is not known.
    """
    if minor not in _MINORS:
        raise KeyError(minor)
    column = _MINORS.index(minor)
    found = {}
    for line in _TABLE.split("\n")[1:-1]:
        name, *numbers = line.split()
        number = numbers[column] if len(numbers) > 1 else numbers[0]
        if number != "-":
            found[name] = int(number)
    return found
