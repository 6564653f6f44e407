"""The lines of which long sessions consist, read by one pattern instead of word by word.

A session may hold a million lines that are all different.  Such a line takes 3 µs here, and 7 µs along the registry.  Only what
is right is read here; all else, and so each complaint, is left to the parser.
"""

import re
from typing import Final, Literal, cast

from gomem_core.lang.commands import Alloc, ByName, Drop, Link
from gomem_core.lang.errors import WordError
from gomem_core.lang.names import MAX_NAME, RESERVED, read_place, read_ref, read_target
from gomem_core.lang.operands import build_alloc, build_link

_PLAIN: Final = re.compile(
    r"alloc ([0-9]{1,18})(?: (noscan|scan|head))?(?: as ([A-Za-z][A-Za-z0-9_-]*))?"
    r"|drop ([A-Za-z][A-Za-z0-9_-]*)"
    r"|drop ([A-Za-z0-9_.-]+)"
    r"|link ([A-Za-z0-9_.-]+) ([A-Za-z0-9_.-]+)"
)
_NUMBERED: Final = "oO"  # begin the names of objects without a name, and so some that nobody may give


def read_plain(line: str) -> Alloc | Drop | Link | None:
    """The command of a line that allocates, drops or links one object; None: it is another one, or there is something wrong."""
    match = _PLAIN.fullmatch(line)
    if match is None:
        return None
    size, kind, name, plain, dropped, place, target = match.groups()
    try:
        if size is not None:
            if name is not None and not _may_be_given(name):
                return None
            known = cast("Literal['noscan', 'scan', 'head']", kind or "noscan")
            return build_alloc(int(size), known, name)
        if plain is not None:
            return Drop((ByName(plain),)) if _may_be_given(plain) else Drop((read_target(plain),))
        if dropped is not None:
            return Drop((read_target(dropped),))
        return build_link(read_place(place), read_ref(target))
    except WordError:
        return None


def _may_be_given(name: str) -> bool:
    """Whether a name is surely one that a user may give; more are, which the parser reads."""
    return len(name) <= MAX_NAME and name[0] not in _NUMBERED and name.lower() not in RESERVED
