"""What the runtime's own objects consist of: maps and their parts, channels, goroutines.

Statements make them, and name them as Go's runtime does: maps.table, map.group[string]int, runtime.hchan.
"""

import re
from typing import Final

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.model import Array, Field, Referring, Struct, Type
from gomem_core.gotypes.statements import maps_buckets, maps_swiss
from gomem_core.gotypes.statements.shapes import Shapes
from gomem_core.gotypes.types import GoTypes

_SOURCE: Final = {  # of what the runtime allocates
    "maps.Map": maps_swiss.HEADER_FIELDS,
    "maps.table": maps_swiss.TABLE_FIELDS,
    "*maps.table": "unsafe.Pointer",
    "runtime.hmap": maps_buckets.HEADER_FIELDS,
    "runtime.mapextra": maps_buckets.MAPEXTRA_FIELDS,
}
_ARRAY: Final = re.compile(r"\[([0-9]{1,18})\](.+)", re.DOTALL)
_PART: Final = re.compile(r"map\.(group|bucket)(\[.+)", re.DOTALL)


def runtime_type(types: GoTypes, name: str) -> Type | None:
    """The type of an object of the runtime by the name that statements give it; None: it has none of these names."""
    try:
        return _find(types, name)
    except GoError:
        return None


def _find(types: GoTypes, name: str) -> Type | None:
    """Raises GoError."""
    if (array := _ARRAY.fullmatch(name)) is not None:
        element = _find(types, array[2])
        return None if element is None else Array(int(array[1]), element)
    if (written := _SOURCE.get(name)) is not None:
        return types.typed(written).type
    language = types.profile.language
    if language is None:
        return None
    channel, _, elements = name.partition(" + ")
    if channel == "runtime.hchan":
        of = types.typed(language.channel).type
        behind = (Field("elements", types.typed(elements).type),) if elements else ()
        return Struct((*of.fields, *behind)) if isinstance(of, Struct) else None
    if (part := _PART.fullmatch(name)) is None:
        return None
    of = types.typed(f"map{part[2]}").type  # map.group[K]V is a part of map[K]V
    if not isinstance(of, Referring):
        return None
    make = maps_swiss.group_type if part[1] == "group" else maps_buckets.bucket_type
    return make(Shapes(types, language), *of.parts)
