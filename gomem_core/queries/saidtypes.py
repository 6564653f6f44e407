"""Objects of a session by type, as the commands said it: those that still have their slots, and all that there ever were."""

from typing import Final, TypeGuard

from gomem_core.go.amd64 import TINY_SIZE
from gomem_core.go.placement import placement
from gomem_core.world.objectinfo import Objects
from gomem_core.world.objects import ObjectTable
from gomem_core.world.typed import TypeSum
from gomem_core.world.world import World

NO_TYPES: Final = "no object of this session has a type: commands such as alloc 48 allocate bytes, and new(T) a type"
UNTYPED: Final = "no type said"


def has_types(objects: Objects | None) -> TypeGuard[ObjectTable]:
    """Whether they are a session's, and some of them have types."""
    return isinstance(objects, ObjectTable) and len(objects.type_names) > 1


def by_said_type(world: World, objects: ObjectTable) -> list[TypeSum]:
    """What there is of each type, in bytes of slots; of tiny objects, which share a slot, in their own."""
    names = [name or UNTYPED for name in objects.type_names]
    there, nbytes = _in_slots(world, objects)
    ever, ever_bytes = [0] * len(names), [0] * len(names)
    slots: dict[tuple[int, bool], int] = {}  # bytes by size and whether it has no pointers
    columns = (objects.column("type"), objects.column("size"), objects.column("ptrdata"))
    for number, size, ptrdata in zip(*columns, strict=True):
        key = size, not ptrdata
        if key not in slots:
            place = placement(world.profile, *key)
            slots[key] = size if place is None or place.way == "tiny" else place.elemsize
        ever[number] += 1
        ever_bytes[number] += slots[key]
    return [
        TypeSum(name, there[n], nbytes[n], ever[n], ever_bytes[n], None, None)
        for n, name in enumerate(names)
        if ever[n]  # others were tried on another way
    ]


def _in_slots(world: World, objects: ObjectTable) -> tuple[list[int], list[int]]:
    """How many objects of each type have their slots, and their bytes."""
    types = objects.column("type").tolist()
    there, nbytes = [0] * len(objects.type_names), [0] * len(objects.type_names)
    for info in world.spans.each():
        sets = world.slots.sets(info.base)
        taken = sets[0] if sets is not None else 0
        while taken:
            slot = (taken & -taken).bit_length() - 1
            taken &= taken - 1
            for oid in objects.in_slot(info.base + slot * info.elemsize, info.elemsize):
                there[types[oid]] += 1
                is_tiny = info.elemsize == TINY_SIZE and info.kind == "noscan"
                nbytes[types[oid]] += objects.size(oid) if is_tiny else info.elemsize
    return there, nbytes
