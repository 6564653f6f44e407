// Times what `gomem bench --vs-go` times in its model: ns an operation, the least of as many rounds as the first argument says, as
// JSON on one line.
//
// Each object is one call of the runtime's, is cleared by it where that is needed, and its address is kept, as the model's is;
// nobody writes into it. Nothing is collected by itself. Between two rounds all is collected, so that later rounds find memory that
// was used before.
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

type words64 [8]*int

var (
	rounds   = 0
	bytes64  [20000]*[64]byte
	pointers [20000]*words64
	tiny     [20000]*byte
	pages    [2000]*[8192]byte
	large    [500]*[65536]byte
)

// least times fill, which makes n objects that forget drops again, and gives ns for each of them.
func least(n int, fill func(), forget func()) float64 {
	best := -1.0
	for i := 0; i < rounds; i++ {
		start := time.Now()
		fill()
		spent := float64(time.Since(start).Nanoseconds()) / float64(n)
		if best < 0 || spent < best {
			best = spent
		}
		forget()
		runtime.GC()
	}
	return best
}

func fillTiny() {
	for i := range tiny {
		switch i % 4 { // as long as 1, 3, 8 and 12 bytes
		case 0:
			tiny[i] = &new([1]byte)[0]
		case 1:
			tiny[i] = &new([3]byte)[0]
		case 2:
			tiny[i] = &new([8]byte)[0]
		default:
			tiny[i] = &new([12]byte)[0]
		}
	}
}

func fill64() {
	for i := range bytes64 {
		bytes64[i] = new([64]byte)
	}
}

// drop forgets one object, as one call of the model's `drop` does: a loop that stores nil would become one of memclr.
//
//go:noinline
func drop(i int) { bytes64[i] = nil }

func main() {
	rounds, _ = strconv.Atoi(os.Args[1])
	debug.SetGCPercent(-1)
	found := map[string]float64{}
	found["hit"] = least(len(bytes64), fill64, func() { clear64() })
	found["hit_scan"] = least(len(pointers), func() {
		for i := range pointers {
			pointers[i] = new(words64)
		}
	}, func() { pointers = [20000]*words64{} })
	found["tiny"] = least(len(tiny), fillTiny, func() { tiny = [20000]*byte{} })
	found["refill"] = least(len(pages), func() {
		for i := range pages {
			pages[i] = new([8192]byte)
		}
	}, func() { pages = [2000]*[8192]byte{} })
	found["large"] = least(len(large), func() {
		for i := range large {
			large[i] = new([65536]byte)
		}
	}, func() { large = [500]*[65536]byte{} })
	found["gc"] = least(len(bytes64), func() {
		fill64()
		for i := range bytes64 {
			drop(i)
		}
		runtime.GC()
	}, func() {})
	found["gc_at_once"] = least(len(bytes64), func() { fill64(); clear64(); runtime.GC() }, func() {})
	json.NewEncoder(os.Stdout).Encode(map[string]any{"version": runtime.Version(), "ns": found})
}

func clear64() { bytes64 = [20000]*[64]byte{} }
