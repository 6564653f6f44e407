"""Types that were drawn by lot, and those of net/http, against what a Go program of a toolchain at hand says of them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gomem_core.gotypes.errors import DependsOnParameter, GoError, Unsized
from gomem_core.gotypes.files import read_types
from gomem_core.gotypes.model import WORD
from gomem_core.gotypes.types import GoTypes
from tests.outside.goprograms import CACHE, SECONDS, VERSIONS, need, toolchain
from tests.versions import profile_of

# What a descriptor says: size, bytes up to the last pointer, and the mask, where it is there as such (internal/abi.Type).
_PROGRAM: Final = """package main

import (
	"encoding/json"
	"os"
	"reflect"
	"unsafe"
%s)

type descriptor struct {
	size, ptrBytes                  uintptr
	hash                            uint32
	flag, align, fieldAlign, kind   uint8
	equal                           func(unsafe.Pointer, unsafe.Pointer) bool
	data                            *byte
}

%s

func tell(x any) {
	t := reflect.TypeOf(x).Elem()
	d := (*[2]*descriptor)(unsafe.Pointer(&t))[1]
	mask := ""
	if d.flag&16 == 0 && d.kind&64 == 0 { // neither made on demand nor a program
		for i := uintptr(0); i < d.ptrBytes/8; i++ {
			mask += string(rune('0' + *(*byte)(unsafe.Add(unsafe.Pointer(d.data), i/8))>>(i%%8)&1))
		}
	} else {
		mask = "?"
	}
	var offsets []uintptr
	if t.Kind() == reflect.Struct {
		for i := 0; i < t.NumField(); i++ {
			offsets = append(offsets, t.Field(i).Offset)
		}
	}
	json.NewEncoder(os.Stdout).Encode([]any{d.size, t.Align(), d.ptrBytes, mask, offsets})
}

func main() {
%s}
"""
_BASICS: Final = (
    *("bool", "int8", "uint16", "int32", "rune", "uint64", "int", "uintptr", "float32", "float64", "complex64", "complex128"),
    *("string", "any", "error", "func(int) string", "chan *int", "map[string]bool", "unsafe.Pointer", "[]byte", "struct{}"),
)


def _structs(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(["", "", "", "_"])
    fields = st.lists(st.tuples(names, inner), max_size=7)
    return fields.map(lambda found: "struct{ " + "; ".join(f"{name or f'f{i}'} {t}" for i, (name, t) in enumerate(found)) + " }")


TYPES: Final = st.recursive(
    st.sampled_from(_BASICS),
    lambda inner: st.one_of(
        _structs(inner),
        _structs(inner),
        st.builds("[{}]{}".format, st.integers(0, 70), inner),
        inner.map("[]{}".format),
        inner.map("*{}".format),
        inner.map("map[int]{}".format),
    ),
    max_leaves=14,
)


def told(minor: str, where: Path, declared: str, names: list[str], imports: str = "") -> list[list[Any]]:
    """What a program says of these types."""
    lines = "".join(f"\ttell((*{name})(nil))\n" for name in names)
    (where / "main.go").write_text(_PROGRAM % (imports, declared, lines))
    (where / "go.mod").write_text(f"module told\n\ngo {minor}\n")
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOCACHE": str(CACHE / "gocache"), "CGO_ENABLED": "0"}
    env |= {"GOROOT": str(toolchain(minor).parents[1])}
    subprocess.run([toolchain(minor), "build", "-o", "told", "."], cwd=where, env=env, check=True, timeout=10 * SECONDS)
    done = subprocess.run([where / "told"], capture_output=True, check=True, timeout=SECONDS)
    return [json.loads(line) for line in done.stdout.splitlines()]


def worked_out(types: GoTypes, name: str) -> list[Any]:
    """The same by gomem."""
    found = types.typed(name)
    offsets = [f.offset for f in found.fields] or None
    return [found.shape.size, found.shape.align, found.shape.ptr_bytes, found.mask, offsets]


@pytest.mark.thorough
@pytest.mark.parametrize("minor", [*VERSIONS])
def test_types_drawn_by_lot_lie_as_go_lays_them_out(minor: str, tmp_path: Path) -> None:
    need(minor)

    @settings(max_examples=2, phases=[Phase.generate], suppress_health_check=[*HealthCheck], deadline=None)
    @given(st.lists(TYPES, min_size=150, max_size=150))
    def check(drawn: list[str]) -> None:
        types = GoTypes(profile_of(minor))
        declared = "\n".join(f"type T{n} {text}" for n, text in enumerate(drawn))
        types.add(f'package main\n\nimport "unsafe"\n\n{declared}\n', "drawn.go")
        names = [f"T{n}" for n in range(len(drawn))]
        for text, name, said in zip(drawn, names, told(minor, tmp_path, declared, names), strict=True):
            mine = worked_out(types, name)
            if said[3] == "?":
                said[3] = mine[3]
            elif mine[3] is not None:
                mine[3] = mine[3].ljust(said[2] // WORD, "0")
            assert mine == said, text

    check()


UNSIZED: Final[dict[str, set[str]]] = {  # what types of net/http need that is not of the library's own face
    "1.21": set(),
    "1.27": {"http2Server", "http2Transport", "http2ClientConn"},
}


@pytest.mark.thorough
@pytest.mark.parametrize("minor", [*UNSIZED])
def test_the_types_of_net_http_are_read(minor: str, tmp_path: Path) -> None:
    need(minor)
    types = GoTypes(profile_of(minor))
    read_types(types, toolchain(minor).parents[1] / "src" / "net" / "http")
    assert len(types.names) > 130
    unsized: dict[str, GoError] = {}
    structs: list[str] = []
    for name in types.names:
        try:
            found = types.declared(name)
        except DependsOnParameter:
            continue
        except GoError as e:
            unsized[name] = e
            continue
        if found.fields and name[:1].isupper():
            structs.append(name)
    assert {*unsized} == UNSIZED[minor]
    for name, problem in unsized.items():
        assert isinstance(problem, Unsized), name  # not one is called wrong
        assert problem.place is not None
        assert "was not read" in problem.message
    assert {"Server", "Request", "Transport", "Cookie"} <= {*structs}
    said = told(minor, tmp_path, "", [f"http.{name}" for name in structs], '\t"net/http"\n')
    for name, there in zip(structs, said, strict=True):
        mine = worked_out(types, name)
        assert mine[:3] == there[:3], name
        assert mine[4] == there[4], name
