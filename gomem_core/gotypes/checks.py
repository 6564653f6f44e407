"""What Go asks of a type at some places: that it can be compared, that it is no mere constraint, that it satisfies one."""

from gomem_core.gotypes.model import (
    ANY,
    COMPARABLE,
    Array,
    Basic,
    Library,
    Named,
    Parameter,
    Referring,
    Struct,
    Type,
    Unread,
    circle,
    underlying,
)


def comparable(t: Type) -> bool:
    """Whether == is defined for it; of a type that was not read one believes it.  Raises GoError."""
    match underlying(t):
        case Basic(comparable=known):
            return known
        case Referring(kind=kind):
            return kind in ("*", "chan", "interface")
        case Array(element=element):
            return comparable(element)
        case Struct(fields=fields):
            return all(comparable(field.type) for field in fields)
        case Library(row=row):
            return row.comparable
        case Parameter() as parameter:
            return _wants_comparable(parameter.constraint())
    return True


def _wants_comparable(constraint: Type) -> bool:
    match underlying(constraint):
        case Referring() as found if found == COMPARABLE:
            return True
        case Referring(kind="interface", parts=parts, unions=unions):
            own = any(all(comparable(t) for _, t in union) for union in unions)
            return own or any(_wants_comparable(part) if is_interface(part) else comparable(part) for part in parts)
        case Library() | Unread():
            return True
    return False


def is_interface(t: Type) -> bool:
    """Whether it is an interface.  Raises GoError."""
    match underlying(t):
        case Referring(kind="interface"):
            return True
        case Library(row=row):
            return row.kind == "interface"
    return False


def only_constraint(t: Type, inside: tuple[Named, ...] = ()) -> str:
    """Why there can be no values of it, though it is an interface; else nothing.  Raises GoError.

    `inside` are the declared interfaces that embed it.
    """
    found = underlying(t)
    if isinstance(t, Named):
        if t in inside:
            raise circle([*inside[inside.index(t) :]])
        inside = (*inside, t)
    if not isinstance(found, Referring) or found.kind != "interface":
        return ""
    if found == COMPARABLE:
        return "interface is (or embeds) comparable"
    if found.unions:
        return "interface contains type constraints"
    for part in found.parts:
        if isinstance(part, Unread):
            continue
        if not is_interface(part):
            return "interface contains type constraints"
        if why := only_constraint(part, inside):
            return why
    return ""


def satisfies(argument: Type, constraint: Type) -> str | None:
    """None if an argument satisfies a constraint, as far as types in it go; else why not, perhaps nothing.  Raises GoError."""
    wanted = underlying(constraint)
    if (
        not isinstance(wanted, Referring)
        or wanted.kind != "interface"
        or wanted == ANY
        or isinstance(argument, Parameter | Unread)
    ):
        return None
    if wanted == COMPARABLE:
        return None if comparable(argument) else ""
    for union in wanted.unions:
        if not any(_is_in(argument, tilde, t) for tilde, t in union):
            listed = " | ".join(f"{'~' if tilde else ''}{t}" for tilde, t in union)
            return f" ({argument} missing in {listed})"
    for part in wanted.parts:
        if (why := satisfies(argument, part)) is not None:
            return why
    return None


def _is_in(argument: Type, tilde: bool, t: Type) -> bool:
    bottom = underlying(t)
    if isinstance(bottom, Unread | Library | Parameter) or is_interface(t):
        return True
    return str(underlying(argument)) == str(bottom) if tilde else str(argument) == str(t)
