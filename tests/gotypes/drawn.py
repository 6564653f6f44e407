"""Statements that are drawn by lot: as Go source, for a program that counts what each allocates, and as lines for a session."""

from random import Random
from typing import Final, NamedTuple

BASICS: Final = (
    *("bool", "int8", "uint16", "int32", "rune", "uint64", "int", "uintptr", "float32", "float64", "complex64", "complex128"),
    *(
        "string",
        "any",
        "error",
        "func(int) string",
        "chan *int",
        "map[string]bool",
        "unsafe.Pointer",
        "[]byte",
        "struct{}",
        "*int",
    ),
)
KEYS: Final = (
    "int8",
    "int32",
    "int",
    "string",
    "float64",
    "[3]int16",
    "*int",
    "any",
    "struct{ a int8; b string }",
    "[17]int",
    "bool",
)
SIZES: Final = (0, 1, 2, 3, 5, 8, 9, 13, 16, 33, 63, 64, 65, 100, 127, 128, 200, 511, 512, 513, 1000, 2048, 4095, 4096, 5000)


class Drawn(NamedTuple):
    """A statement: variables with their types and values, the type of its result, and what it says in Go and here."""

    variables: tuple[tuple[str, str, str], ...]  # name, type, value ("": that of a variable nobody set)
    result: str
    go: str
    typed: tuple[str, ...]


def a_type(random: Random, depth: int = 3) -> str:
    """A type of Go."""
    form = random.randrange(9) if depth else 0
    if form <= 2:
        return random.choice(BASICS)
    if form == 3:
        return f"[{random.choice((0, 1, 1, 2, 3, 7, 16, 33, 70))}]{a_type(random, depth - 1)}"
    if form == 4:
        return random.choice(("*", "[]", "map[int]", "chan ")) + a_type(random, depth - 1)
    fields = (f"{'_' if random.random() < 0.1 else f'f{i}'} {a_type(random, depth - 1)}" for i in range(random.randrange(6)))
    return f"struct{{ {'; '.join(fields)} }}"


def a_statement(random: Random) -> Drawn:
    """A statement that allocates, or does not, as its type and numbers say."""
    return random.choice(_FORMS)(random)


def _new(random: Random) -> Drawn:
    t = a_type(random)
    return Drawn((), f"*{t}", f"R = new({t})", (f"new({t})",))


def _literal(random: Random) -> Drawn:
    t = a_type(random)
    t = t if t.startswith(("struct", "[")) and not t.startswith("[]") else f"struct{{ a {t}; b bool }}"
    return Drawn((), f"*{t}", f"R = &{t}{{}}", (f"&{t}{{}}",))


def _slice(random: Random) -> Drawn:
    t, n = a_type(random, 2), random.choice(SIZES)
    if random.random() < 0.3:
        cap = n + random.choice((0, 1, 7, 64))
        return Drawn((), f"[]{t}", f"R = make([]{t}, {n}, {cap})", (f"make([]{t}, {n}, {cap})",))
    return Drawn((), f"[]{t}", f"R = make([]{t}, {n})", (f"make([]{t}, {n})",))


def _values(random: Random) -> Drawn:
    t, n = a_type(random, 2), random.randrange(1, 12)
    text = f"[]{t}{{{', '.join(['v'] * n)}}}"
    return Drawn((("v", t, ""),), f"[]{t}", f"R = {text}", (text,))


def _map(random: Random) -> Drawn:
    key, elem = random.choice(KEYS), a_type(random, 2)
    hint = random.choice(SIZES)
    return Drawn((), f"map[{key}]{elem}", f"R = make(map[{key}]{elem}, {hint})", (f"make(map[{key}]{elem}, {hint})",))


def _chan(random: Random) -> Drawn:
    t = random.choice((*BASICS, "[7]int", "struct{ a *int; b bool }", "[3]byte"))
    n = random.choice((0, 1, 2, 8, 33, 100, 1000))
    return Drawn((), f"chan {t}", f"R = make(chan {t}, {n})", (f"make(chan {t}, {n})",))


def _append(random: Random) -> Drawn:
    t, n, more = a_type(random, 2), random.choice(SIZES), random.choice((1, 1, 1, 2, 5, 30))
    listed = ", ".join(["v"] * more)
    made = f"make([]{t}, {n})"
    return Drawn((("v", t, ""), ("s", f"[]{t}", made)), f"[]{t}", f"R = append(s, {listed})", (f"append(s, {listed})",))


def _grow(random: Random) -> Drawn:
    t, n = a_type(random, 1), random.choice((1, 3, 10, 100, 700))
    grow = f"for i := 0; i < {n}; i++ {{ R = append(R, v) }}"
    return Drawn((("v", t, ""),), f"[]{t}", grow, (f"var r []{t}", f"insert r {n}"))


def _any(random: Random) -> Drawn:
    t = a_type(random)
    value = {"int": "255", "int32": "-1", "uint64": "256", "string": '"x"', "float64": "1.5", "bool": "true", "uint16": "300"}
    given = value.get(t, "") if random.random() < 0.7 else ""
    return Drawn((("v", t, f"{t}({given})" if given else ""),), "any", "R = v", ("any(v)",))


def _closure(random: Random) -> Drawn:
    types = [a_type(random, 2) for _ in range(random.randrange(1, 4))]
    names = "abc"[: len(types)]
    results = ", ".join(types)
    text = f"func() ({results}) {{ return {', '.join(names)} }}"
    variables = tuple((name, t, "") for name, t in zip(names, types, strict=True))
    # Several statements are those of a function, whose variables are captured; a var alone is one of the package.
    declared = "; ".join(f"var {name} {t}" for name, t, _ in variables)
    return Drawn(variables, f"func() ({results})", f"R = {text}", (f"{declared}; {text}",))


def _sum(random: Random) -> Drawn:
    lengths = [random.choice((0, 1, 5, 31, 32, 33, 100, 700)) for _ in range(random.randrange(2, 6))]
    names = "abcde"[: len(lengths)]
    text = " + ".join(names)
    if random.random() < 0.3:
        text = f"{names[0]} + ({' + '.join(names[1:])})"
    variables = tuple((name, "string", f'"{"x" * n}"') for name, n in zip(names, lengths, strict=True))
    if random.random() < 0.3:
        t = random.choice(("[]byte", "[]rune"))
        return Drawn(variables, t, f"R = {t}({text})", (f"{t}({text})",))
    return Drawn(variables, "string", f"R = {text}", (text,))


def _conversion(random: Random) -> Drawn:
    n = random.choice((0, 1, 2, 5, 15, 16, 31, 32, 33, 47, 48, 49, 100, 513, 3000))
    variables, text = random.choice(
        (
            (("b", "[]byte", f"make([]byte, {n})"), "string(b)"),
            (("b", "[]byte", f"make([]byte, {n})"), 'string(b) + "text"'),
            (("s", "string", f'"{"x" * n}"'), "string([]byte(s))"),
            (("s", "string", f'"{"x" * n}"'), "string([]rune(s))"),
            (("r", "[]rune", f'[]rune("{"x" * n}")'), "string(r)"),
        )
    )
    if random.random() < 0.5:
        return Drawn((variables,), "string", f"R = {text}", (text,))
    t = random.choice(("[]byte", "[]rune"))
    return Drawn((("s", "string", f'"{"x" * n}"'),), t, f"R = {t}(s)", (f"{t}(s)",))


def _nested(random: Random) -> Drawn:
    t = a_type(random, 1)
    of = f"struct{{ p *{t}; s []{t}; c chan bool; m map[int]{t} }}"
    text = f"&{of}{{new({t}), make([]{t}, {random.randrange(1, 9)}), make(chan bool), nil}}"
    return Drawn((), f"*{of}", f"R = {text}", (text,))


def _any_literal(random: Random) -> Drawn:
    text = random.choice(
        (
            "struct{ a, b int }{1, 2}",
            "[3]string{}",
            '[...]string{3: "x"}',
            "[2]any{1, nil}",
            "struct{ f []int }{}",
            "struct{ a any }{300}",
            "struct{ p *int; n int }{nil, 3}",
            "struct{ p *int }{new(int)}",
            "[200]int{}",
            "[]int{9: 1}",
            "struct{ _ struct{}; a int32 }{}",
            "3 + 4i",
        )
    )
    return Drawn((), "any", f"R = {text}", (f"any({text})",))


_FORMS: Final = (
    _new,
    _literal,
    _slice,
    _values,
    _map,
    _chan,
    _append,
    _grow,
    _any,
    _closure,
    _sum,
    _conversion,
    _nested,
    _any_literal,
)
