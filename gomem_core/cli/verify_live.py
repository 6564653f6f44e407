"""`gomem verify --live`: a program that your own Go builds and the model, operation by operation."""

from gomem_core.cli.output import BAD_INPUT, FAILED, OK, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.cli.verify import expected_and_got, table_of
from gomem_core.foreign import brief
from gomem_core.outside.errors import OutsideError
from gomem_core.recordings.goprogram import LiveError
from gomem_core.recordings.live import MOST_OWN, LiveReport, verify_live
from gomem_core.report import counted
from gomem_core.world.interrupt import Progress

_MOST_TOLD = 10  # times that the runtime did something for itself


def execute(go: str, ops: int, seed: int, as_json: bool) -> int:
    """Compare: 0 this Go behaves as the model says, 1 it does not, or too much was its own doing, 3 it cannot be compared."""
    progress = Progress()
    try:
        with working(progress), progress.counting(ops):
            report = verify_live(go, ops, seed, progress)
    except (LiveError, OutsideError) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    if as_json:
        emit_json(report.as_json())
    else:
        emit("\n".join(_as_text(report)))
    return OK if report.all_equal and not report.is_disturbed else FAILED


def _as_text(report: LiveReport) -> list[str]:
    d = report.first_difference
    where = "" if d is None else f"seed {report.seed}, stop {d.line}, operation {d.op + 1}: {d.what}"
    difference = [] if d is None else ["", where, *expected_and_got(d)]
    later = f"this version is not among those that are known: it was read and modelled as {report.known_as}"
    own = [f"  {brief(one, 200)}" for one in report.of_the_runtime[:_MOST_TOLD]]
    more = len(report.of_the_runtime) - len(own)
    return [
        *table_of([report]),
        f"seed {report.seed}: {counted(report.stops, 'stop')}, {counted(report.collections, 'collection')}",
        *([later] if report.known_as else []),
        _about_own(report),
        *own,
        *([f"  and {more} more"] if more > 0 else []),
        *difference,
    ]


def _about_own(report: LiveReport) -> str:
    if not report.own_stops:
        return "the runtime did nothing for itself in between"
    stops = counted(report.own_stops, "stop")
    text = f"the runtime did something for itself before {stops}, after which the heap was taken up anew"
    if report.not_compared:
        text += f"; {counted(report.not_compared, 'allocation')} depended on it, and did not count"
    if report.is_disturbed:
        text += f": that is more than {MOST_OWN:.0%}, so this shows little"
    return text
