"""Steps of a session file about a film: each leads to one of its moments."""

from collections.abc import Callable
from typing import Any, Final

from gomem_core.lang import format_command
from gomem_core.lang.moves import Goto, Time, UntilQuantity, UntilType
from gomem_core.report import Result
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.world.reel import Scenes, time_text


def _scenes(context: Context) -> Scenes:
    if not isinstance(context.strip, Scenes):
        raise CommandError("only a film has moments to go to")
    return context.strip


def _goto(context: Context, command: Goto) -> Result:
    scenes, target = _scenes(context), command.target
    reel = scenes.reel
    if isinstance(target, Time):
        return _stand(scenes, reel.event_at(target.ns))
    if isinstance(target, int):
        if target > reel.events:
            raise CommandError(f"there is no event {target}; events go from 0 to {reel.events}", str(target))
        return _stand(scenes, target)
    if target in ("start", "end"):
        return _stand(scenes, 0 if target == "start" else reel.events)
    raise CommandError("a step goes to an event, a time, start or end", target)


def _until(context: Context, command: UntilQuantity | UntilType) -> Result:
    scenes = _scenes(context)
    if isinstance(command, UntilType):
        found = scenes.reel.until_type(command.name, command.op, command.value, scenes.at)
    else:
        found = scenes.reel.until(command.quantity, command.op, command.value, scenes.at)
    if found is None:
        raise CommandError(f"{format_command(command).removeprefix('until ')} comes true in no further event")
    return _stand(scenes, found)


def _stand(scenes: Scenes, event: int) -> Result:
    scenes.at = event
    told = scenes.reel.told(event)
    where = f"{time_text(scenes.reel.time(event))}, event {event:,} of {scenes.reel.events:,}"
    return Result(f"{where}: {told.line}", details=told.details[1:] if event else told.details)


# Any: the key says which command the function takes, which a dict's type cannot express.
EXECUTE_SCENES: Final[dict[type, Callable[[Context, Any], Result]]] = {Goto: _goto, UntilQuantity: _until, UntilType: _until}
