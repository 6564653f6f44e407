"""Strings: sums, and conversions to and from bytes and runes (runtime/string.go)."""

from dataclasses import replace

from gomem_core.gotypes.model import BASICS, Type
from gomem_core.gotypes.statements.plan import Element, Plan
from gomem_core.gotypes.statements.shapes import Shapes
from gomem_core.gotypes.statements.slices import backing, bytes_rounded
from gomem_core.gotypes.statements.values import STRING, Value

_BYTE = Element("uint8", 1)
_RUNE = Element("int32", 4)
_SPARE = 3  # bytes that string(runes) asks for besides
_RUNE_BYTES = 4  # asked for by string(r), whatever r needs


def constant(text: str) -> Value:
    """A text in the source: it lies in the program, not in the heap."""
    return Value(STRING, known=text, is_constant=True, length=len(text.encode(errors="surrogatepass")))


def concat(plan: Plan, parts: list[Value]) -> Value:
    """a + b + …: one object of exactly their length; none where only one of them is not empty (concatstrings)."""
    length = sum(value.length for value in parts)
    texts = [value.known for value in parts]
    known = "".join(map(str, texts)) if None not in texts else None
    if all(value.is_constant for value in parts):
        return constant(known or "")
    filled = [value for value in parts if value.length]
    if len(filled) < 2 and not (filled and filled[0].on_stack):  # what is there is the result, unless it will be gone
        return replace(filled[0], made=(), is_constant=False) if filled else Value(parts[0].type, known="")
    found = plan.demand(_BYTE.array(length), f"concatstrings: one object of the whole length, {length} bytes, not rounded up")
    t = next((value.type for value in parts if not value.is_constant), STRING)
    return Value(t, known=known, pointers=((0, found),), made=(found,), length=length)


def sum_to_bytes(plan: Plan, shapes: Shapes, t: Type, parts: list[Value]) -> Value:
    """[]byte(a + b), where that is made without the string between them (concatbytes)."""
    length = sum(value.length for value in parts)
    return bytes_rounded(plan, shapes, t, _BYTE, length, "concatbytes: the sum is written into the slice at once, rounded up")


def to_string(plan: Plan, t: Type, value: Value) -> Value:
    """string(b) of bytes: exactly as long; none for a single byte, whose string is in a table (slicebytetostring)."""
    if value.length < 2:
        return Value(t, known=value.known if value.length else "", length=value.length)
    found = plan.demand(_BYTE.array(value.length), f"slicebytetostring: a copy of {value.length} bytes, not rounded up")
    return Value(t, known=value.known, pointers=((0, found),), made=(found,), length=value.length)


def runes_to_string(plan: Plan, t: Type, value: Value) -> Value:
    """string(r) of a slice of runes: as many bytes as their UTF-8 has (slicerunetostring)."""
    text = value.known if isinstance(value.known, str) else None
    length = len(text.encode()) if text is not None else value.length  # runes that are not known: those of ASCII
    rule = f"slicerunetostring: the {length} bytes of their UTF-8, and {_SPARE} more"
    found = plan.demand(_BYTE.array(length + _SPARE), rule)
    return Value(t, known=text, pointers=((0, found),), made=(found,), length=length)


def rune_to_string(plan: Plan, t: Type, value: Value) -> Value:
    """string(r) of a number: four bytes are asked for whatever it needs (intstring)."""
    number = value.known if isinstance(value.known, int) and not isinstance(value.known, bool) else ord("?")
    text = chr(number) if 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "�"
    if value.is_constant:
        return replace(constant(text), type=t)
    found = plan.demand(_BYTE.array(_RUNE_BYTES), "intstring: 4 bytes, whatever the character needs")
    return Value(t, known=text, pointers=((0, found),), made=(found,), length=len(text.encode()))


def to_bytes(plan: Plan, shapes: Shapes, t: Type, value: Value) -> Value:
    """[]byte(s): rounded up to the slot; of a constant exactly as long (stringtoslicebyte, walkStringToBytes)."""
    if value.is_constant:
        rule = f"a constant of {value.length} bytes: an array of exactly its length"
        return replace(backing(plan, shapes, t, value.length, value.length, rule), known=value.known)
    made = bytes_rounded(plan, shapes, t, _BYTE, value.length, f"stringtoslicebyte: {value.length} bytes, rounded up to the slot")
    return replace(made, known=value.known)


def to_runes(plan: Plan, shapes: Shapes, t: Type, value: Value) -> Value:
    """[]rune(s): 4 bytes each, rounded up to the slot (stringtoslicerune)."""
    runes = len(value.known) if isinstance(value.known, str) else value.length
    made = bytes_rounded(plan, shapes, t, _RUNE, runes, f"stringtoslicerune: {runes} runes of 4 bytes, rounded up to the slot")
    return replace(made, known=value.known)


BYTE_TYPE, RUNE_TYPE = BASICS["uint8"], BASICS["int32"]
