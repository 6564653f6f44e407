// Gives each P spans of some classes, then stands still: nobody collects or asks for MemStats, which would take them away.
package main

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	_ "unsafe"
)

//go:linkname procPin runtime.procPin
func procPin() int

//go:linkname procUnpin runtime.procUnpin
func procUnpin()

var sizes = [...]int{64, 128, 192, 256, 320, 384, 448, 512, 576, 640, 704, 768, 896, 1024}
var kept [256][len(sizes)][]byte
var there atomic.Int64

// onOne allocates, and keeps the P on which it runs until one of these runs on each.
func onOne(wg *sync.WaitGroup, n int64) {
	defer wg.Done()
	p := procPin()
	for i, size := range sizes {
		kept[p][i] = make([]byte, size)
	}
	there.Add(1)
	for there.Load() < n {
	}
	procUnpin()
}

func main() {
	debug.SetGCPercent(-1)
	n := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go onOne(&wg, int64(n))
	}
	wg.Wait()
	syscall.Write(1, []byte("{}\n"))
	for {
		if n, err := syscall.Read(0, inb[:]); n <= 0 && err != syscall.EINTR {
			select {}
		}
	}
}
