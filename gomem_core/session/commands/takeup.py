"""`take-up`: a session goes on from a heap that was read."""

from typing import TYPE_CHECKING

from gomem_core.files.script import Script, ScriptError
from gomem_core.lang.moves import TakeUp
from gomem_core.report import Result, counted
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import check_take_up
from gomem_core.session.document import Desk
from gomem_core.world.facts import Fact
from gomem_core.world.objectcolumns import ObjectColumns

if TYPE_CHECKING:
    from gomem_core.schema import moving


def take_up(desk: Desk, command: TakeUp) -> Result:
    """Go on from the look that is shown; what was there before is over."""
    check_take_up(desk, command)
    strip, kept = desk.session.strip, desk.kept
    assert strip is not None
    assert kept is not None
    still = strip.shown
    on = Script("", title=still.place.title, on=kept.path.name, taken_up=True, folder=str(kept.path.parent))
    try:
        desk.begin(on)
    except ScriptError as e:
        raise CommandError(str(e).partition("\n")[0]) from e
    gogc = desk.session.world.sums.gcpercent
    told = f"the heap in {kept.path.name} goes on from here: {counted(desk.session.world.spans.count, 'span')}"
    if still.doubt(Fact.GOGC) or still.doubt(Fact.PACER):
        told += "; its pacing is not known, so GOGC is off"
    if not isinstance(still.rows, ObjectColumns):
        count = counted(still.sums.mem_stats().HeapObjects or 0, "object")
        told += f"; what refers to its {count} is not known, so they are never freed"
        told += "; another arena is taken right behind the last one, which the operating system might not give"
    data: moving.TakenUp = {
        "path": str(kept.path),
        "spans": desk.session.world.spans.count,
        "objects": len(desk.session.objects),
        "gogc": None if gogc < 0 else gogc,
    }
    return Result(told, data)
