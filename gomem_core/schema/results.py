"""What commands answer: the `result` of a line that was done."""

from gomem_core.schema.advice import Advice
from gomem_core.schema.differences import Difference
from gomem_core.schema.doing import (
    Allocated,
    AllocatedMany,
    ChosenP,
    Churned,
    Dropped,
    Flushed,
    Gogc,
    Looked,
    Made,
    Marked,
    Procs,
    Released,
    Stored,
    Swept,
    WhatIf,
)
from gomem_core.schema.heap import MemStats, SizeClass, SpanDetail
from gomem_core.schema.layouts import Declared, Fit, TypeLayout
from gomem_core.schema.looking import (
    Bitmap,
    Centrals,
    Found,
    Free,
    Held,
    Help,
    Layout,
    Locks,
    Mcaches,
    NoSpan,
    Nothing,
    Object,
    Page,
    SizeClasses,
    Spans,
    Stats,
    Waste,
)
from gomem_core.schema.moving import Bookmark, Branches, Expected, Focused, Opened, Place, Saved, Selected, TakenUp, Until
from gomem_core.schema.versions import OnVersion, SameCommands, Versions

Result = (
    Allocated
    | AllocatedMany
    | Made
    | Dropped
    | Stored
    | Churned
    | Swept
    | Marked
    | Gogc
    | Looked
    | Released
    | Flushed
    | Procs
    | ChosenP
    | MemStats
    | Spans
    | Waste
    | Advice
    | TypeLayout
    | Fit
    | Declared
    | Centrals
    | Mcaches
    | Free
    | Layout
    | Stats
    | SizeClasses
    | SizeClass
    | Locks
    | SpanDetail
    | NoSpan
    | Page
    | Bitmap
    | Object
    | Found
    | Held
    | Help
    | Nothing
    | Place
    | Until
    | Bookmark
    | Branches
    | Saved
    | Opened
    | TakenUp
    | Focused
    | Selected
    | Expected
    | Difference
    | Versions
    | OnVersion
    | SameCommands
    | WhatIf
)
