"""A script of 400 commands in which everything happens that a heap can do: the same at each call."""

from random import Random
from typing import Final

STEPS: Final = 400


def long_script(steps: int = STEPS) -> str:
    """One command a line; each goes well."""
    random = Random(1910)
    live: dict[str, int] = {}  # the name of an object with pointers -> its words
    plain: list[str] = []  # objects without
    lines = ["procs 3", "alloc 48 scan as first"]
    live["first"] = 6
    ps = 0
    rare = ["gc mark", "gc sweep 5", "gc", "freeos", "alloc 700K as roomy", "drop roomy", "alloc 3M scan as vast", "drop vast"]
    while len(lines) < steps:
        name = f"x{len(lines)}"
        n = len(lines)
        if n % 17 == 0:
            line = rare[n // 17 % len(rare)]
            if line == "freeos":
                lines.append("gc")
        elif n % 23 == 0:
            ps = (ps + 1) % 3
            line = f"p {ps}"
        elif n % 61 == 0:
            line = "churn 60 sizes small"
        elif random.random() < 0.45:
            words = random.choice([1, 2, 3, 6, 12, 40, 170, 1000, 4096])
            live[name] = words
            line = f"alloc {words * 8} scan as {name}"
        elif random.random() < 0.5:
            plain.append(name)
            line = f"alloc {random.choice([1, 5, 13, 32, 100, 1300, 9000, 33000, 100000])} as {name}"
        elif random.random() < 0.5 and len(live) > 4:
            source, target = random.sample(sorted(live), 2)
            line = f"link {source}.{random.randrange(live[source])} {target}"
        elif len(live) > 4 and random.random() < 0.5:
            gone = random.choice(sorted(live))
            del live[gone]
            line = f"drop {gone}"
        elif plain:
            line = f"drop {plain.pop(random.randrange(len(plain)))}"
        else:
            line = f"alloc 8 as {name} times 30"
        lines.append(line)
    return "\n".join(lines[:steps]) + "\n"
