"""Every row that was measured: sizes, offsets, masks, classes, headers; capacities of slices that grow."""

import time
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from gomem_core.go.versions import GO_1_10, Profile
from gomem_core.gotypes.describe import data_of, facts_of
from gomem_core.gotypes.growth import grown
from tests.gotypes.truth import MODERN, rows, types_of


@cache
def rows_of(version: str) -> list[dict[str, Any]]:
    """All types as a version has them: those of 1.27, but for the few that differed."""
    older = {row["go"]: row for row in rows("types-other-versions") if f"go{row['in']}".startswith(f"{version}.")}
    return [older.get(row["go"], row) for row in rows("types")]


def mask_agrees(row: dict[str, Any], mask: str) -> bool:
    if "mask_sha256" in row:
        return (len(mask), sha256(mask.encode()).hexdigest()) == (row["mask_words"], row["mask_sha256"])
    return mask == str(row["mask"])


@pytest.mark.parametrize("profile", MODERN, ids=lambda profile: profile.name)
def test_types_lie_as_in_real_programs(profile: Profile) -> None:
    types, measured = types_of(profile), rows_of(profile.name)
    old = profile.name == "go1.21"
    assert len(measured) == 707
    for row in measured:
        found = data_of(facts_of(types, types.typed(row["go"])), None)
        slot, header = row["class"], row["hdr"]
        if old and row["in"] == "1.27":
            slot, header = row.get("class_1.21", slot), row.get("hdr_1.21", header)
        expected = row["size"], row["align"], row["ptr_bytes"], slot, header
        assert (found["size"], found["align"], found["ptr_bytes"], found["class"], found["header"]) == expected, row["go"]
        assert mask_agrees(row, str(found["mask"])), row["go"]
        if "fields" in row:
            fields = [(f["name"], f["off"], f["size"], f["align"]) for f in row["fields"]]
            assert [(f["name"], f["offset"], f["size"], f["align"]) for f in found["fields"]] == fields, row["go"]
            masks = [
                f.get("mask", ours["mask"]) for f, ours in zip(row["fields"], found["fields"], strict=True)
            ]  # not all were noted
            assert [f["mask"] for f in found["fields"]] == masks, row["go"]
            spare = row["size"] - sum(f[2] for f in fields)
            assert found["padding"] == (spare if fields else 0), row["go"]


def test_go_1_10_has_the_same_types_in_its_own_classes() -> None:
    """It has no class of 24 bytes, and no header."""
    types = types_of(GO_1_10)
    for text, size, slot in (("base", 24, 32), ("[65]*int", 520, 576), ("[128]*byte", 1024, 1024), ("sync.Mutex", 8, 16)):
        found = data_of(facts_of(types, types.typed(text)), None)
        assert (found["size"], found["class"], found["header"]) == (size, slot, 0)


def test_slices_grow_as_in_real_programs() -> None:
    profiles = {profile.name: profile for profile in MODERN}
    compared = 0
    for row in rows("growth"):
        size, noscan = row["elem_size"], not row["pointers"]
        for measured in row["per_version"]:
            caps = measured["caps"]
            for version in measured["versions"]:
                profile = profiles[f"go{version.rpartition('.')[0]}"]
                if "once" in row["grow"]:  # triples: n, cap after appending n to nothing, cap after one more than n
                    triples = list(zip(caps[::3], caps[1::3], caps[2::3], strict=True))
                    found = [
                        (n, grown(profile, 0, n, size, noscan), grown(profile, n, n + 1, size, noscan)) for n, _, _ in triples
                    ]
                    assert found == triples, (version, row["grow"])
                else:
                    steps = zip([0, *caps], caps, strict=False)
                    assert [grown(profile, cap, cap + 1, size, noscan) for cap, _ in steps] == caps, (version, row["grow"])
                compared += len(caps)
    assert compared > 10_000


def test_a_layout_takes_less_than_a_millisecond() -> None:
    types = types_of(MODERN[-1])
    types.typed("sync.Mutex")  # the table of the library is read once
    measured = rows("types")
    begun = time.process_time()
    for row in measured:
        facts_of(types, types.typed(row["go"]))
    assert (time.process_time() - begun) / len(measured) < 0.001
