"""What the subcommands print with --json: an object a line."""

from gomem_core.schema.differences import Difference, Grown
from gomem_core.schema.heap import SizeClass
from gomem_core.schema.layouts import TypeLayout, Unlaid
from gomem_core.schema.measures import Bench, LiveVerified, Size, Unreadable, Verified, VersusGo
from gomem_core.schema.opened import CountersSummary, DumpSummary, FilmSummary, GcTraceSummary, ProfileSummary, Summary
from gomem_core.schema.realheaps import GoProcess, RealHeap
from gomem_core.schema.sessions import Check, ComparedFile, Done, Export, Failed
from gomem_core.schema.settings import Key, Lesson, Setting
from gomem_core.schema.tops import Advised, CallTree, Top

Output = (
    Done
    | Failed
    | Check
    | SizeClass
    | Size
    | TypeLayout
    | Unlaid
    | Verified
    | LiveVerified
    | Unreadable
    | Bench
    | VersusGo
    | Setting
    | Key
    | Lesson
    | Export
    | Summary
    | DumpSummary
    | FilmSummary
    | ProfileSummary
    | CountersSummary
    | GcTraceSummary
    | Top
    | CallTree
    | Advised
    | ComparedFile
    | Difference
    | Grown
    | RealHeap
    | GoProcess
)
