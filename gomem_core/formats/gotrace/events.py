"""Events of an execution trace by their numbers, as internal/trace/tracev2 of Go names them."""

from typing import Final

PROCS_CHANGE: Final = 9
GO_START: Final = 16
GO_DESTROY: Final = 17
GO_DESTROY_SYSCALL: Final = 18
GO_STOP: Final = 19
GO_BLOCK: Final = 20
GO_SYSCALL_END_BLOCKED: Final = 24
GO_STATUS: Final = 25
STW_BEGIN: Final = 26
STW_END: Final = 27
GC_BEGIN: Final = 29
GC_END: Final = 30
HEAP_ALLOC: Final = 37
HEAP_GOAL: Final = 38
REGION_BEGIN: Final = 42
REGION_END: Final = 43
GO_SWITCH: Final = 45
GO_SWITCH_DESTROY: Final = 46
GO_STATUS_STACK: Final = 48
SPAN: Final = 128
SPAN_ALLOC: Final = 129
SPAN_FREE: Final = 130
OBJECT: Final = 131
OBJECT_ALLOC: Final = 132
OBJECT_FREE: Final = 133
STACK: Final = 134
STACK_ALLOC: Final = 135
STACK_FREE: Final = 136

NAMES: Final = {  # those that a heap is made of, as Go's own tools name them
    SPAN: "Span",
    SPAN_ALLOC: "SpanAlloc",
    SPAN_FREE: "SpanFree",
    OBJECT: "HeapObject",
    OBJECT_ALLOC: "HeapObjectAlloc",
    OBJECT_FREE: "HeapObjectFree",
    STACK: "GoroutineStack",
    STACK_ALLOC: "GoroutineStackAlloc",
    STACK_FREE: "GoroutineStackFree",
}

# How many numbers follow the byte that says which event it is: the time that has passed, then its arguments.
_PLAIN: Final = (
    *(3, 3, 1, 4, 3, 4, 2, 3, 1, 1, 3, 3, 4, 3, 1, 1, 4),  # Ps and goroutines
    *(3, 1, 2, 3, 2, 2, 2, 3, 2, 2, 1, 2, 2),  # collections
    *(2, 5, 3, 4, 4, 5, 3, 3, 4, 5),  # labels, tasks, regions; switches between goroutines
)
_OF_EXPERIMENT: Final = (4, 4, 2, 3, 3, 2, 3, 3, 2)
VALUES: Final = dict(enumerate(_PLAIN, PROCS_CHANGE)) | dict(enumerate(_OF_EXPERIMENT, SPAN))
EXPERIMENTAL: Final = 128  # from here on events are of the experiment
RUNS: Final = (GO_START, GO_SWITCH, GO_SWITCH_DESTROY)  # the goroutine named first runs on the thread from then on
RUNS_NONE: Final = (GO_DESTROY, GO_DESTROY_SYSCALL, GO_STOP, GO_BLOCK, GO_SYSCALL_END_BLOCKED)
STATUS_ON_THREAD: Final = (2, 3)  # running, in a system call
KEPT: Final = (PROCS_CHANGE, STW_BEGIN, STW_END, GC_BEGIN, GC_END, HEAP_ALLOC, HEAP_GOAL, REGION_BEGIN, REGION_END)
SNAPSHOT: Final = (SPAN, OBJECT, STACK)  # what was there when the trace began
BEGINNING: Final = (SPAN_ALLOC, SPAN_FREE, OBJECT_ALLOC, OBJECT_FREE, STACK_ALLOC, STACK_FREE)  # what can only come after that
