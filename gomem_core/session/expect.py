"""Whether what a lesson or test expects of a step came true."""

from typing import Final, assert_never

from gomem_core.go.allevents import kinds_meant
from gomem_core.lang.conditions import COMPARE, format_comparison
from gomem_core.lang.moves import (
    Expect,
    ExpectAddr,
    Expectation,
    ExpectError,
    ExpectEvent,
    ExpectNoEvent,
    ExpectQuantity,
    ExpectServed,
)
from gomem_core.queries.quantities import measure
from gomem_core.session.outcome import Outcome
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import NotKnown, World

_NOTHING: Final = "nothing was done"


def found_instead(expect: Expect, outcome: Outcome | None, world: World, objects: Objects) -> str:
    """What was found where `expect` is not met, in words; nothing when it is.

    `outcome` is that of the step before it, narrated; world and objects are as after that step.
    """
    known: Expectation = expect  # type: ignore[assignment] # the base class has no values of its own
    match known:
        case ExpectServed(who):
            return _unless(_served(outcome), who)
        case ExpectQuantity(quantity, op, value):
            try:
                now = measure(quantity, world, objects)
            except NotKnown as e:
                return f"{quantity} is not known: {e}"
            return "" if COMPARE[op](now, value) else format_comparison(quantity, "=", now)
        case ExpectAddr(name, addr):
            oid = objects.find_name(name)
            return f"no object is called {name}" if oid is None else _unless(f"{objects.info(oid).addr:#x}", f"{addr:#x}")
        case ExpectEvent(kind):
            return "" if _found(kind, outcome) else _told(outcome)
        case ExpectNoEvent(kind):
            found = _found(kind, outcome)
            return f"it told {found[0]}" if found else ""
        case ExpectError(text):
            if outcome is None or outcome.error is None:
                return _NOTHING if outcome is None else "it was done without an error"
            return "" if text in outcome.error.message else f"the error {outcome.error.message}"
        case _:
            assert_never(known)


def _unless(found: str, expected: str) -> str:
    return "" if found == expected else found


def _served(outcome: Outcome | None) -> str:
    served = outcome.result.served if outcome is not None and outcome.result is not None else None
    return served.who if served is not None else "it allocated nothing"


def _found(kind: str, outcome: Outcome | None) -> list[str]:
    """The kinds of events told that say what `kind` says."""
    return [] if outcome is None else [one for one in kinds_meant(kind) if one in outcome.told.kinds]


def _told(outcome: Outcome | None) -> str:
    kinds = list(outcome.told.kinds) if outcome is not None else []
    return f"it told {', '.join(kinds)}" if kinds else "it told no events"
