package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/pprof"
)

type node struct {
	left, right *node
	name        string
}

var keep []*node
var big [][]byte

//go:noinline
func grow(n int) {
	for i := 0; i < n; i++ {
		keep = append(keep, &node{name: "x"})
	}
}

//go:noinline
func buffers(n int) {
	for i := 0; i < n; i++ {
		big = append(big, make([]byte, 3000))
	}
}

func main() {
	runtime.MemProfileRate = 8192
	grow(50000)
	buffers(400)
	buffers(100)
	big = big[:0:0]
	buffers(200)
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for i, name := range []string{"pb", "txt"} {
		f, _ := os.Create(os.Args[1] + "." + name)
		pprof.Lookup("heap").WriteTo(f, i)
		f.Close()
	}
	j, _ := json.Marshal(map[string]uint64{"HeapAlloc": m.HeapAlloc, "TotalAlloc": m.TotalAlloc, "nodes": 50000, "buffers": 200})
	os.WriteFile(os.Args[1]+".json", j, 0o644)
}
