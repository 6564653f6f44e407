// Tells what the runtime's own pacer answers, which no public function does.
package main

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

//go:linkname controller runtime.gcController
var controller [49]uint64

//go:linkname trigger runtime.(*gcControllerState).trigger
func trigger(c unsafe.Pointer) (uint64, uint64)

//go:linkname acquirem runtime.acquirem
func acquirem() unsafe.Pointer

//go:linkname releasem runtime.releasem
func releasem(m unsafe.Pointer)

var kept [][]byte

func tell() {
	m := acquirem() // nothing else runs here while these are read
	at, goal := trigger(unsafe.Pointer(&controller))
	live, marked := controller[13], controller[19]
	releasem(m)
	b := append(obuf[:0], `{"trigger":`...)
	b = append(strconv.AppendUint(b, at, 10), `,"goal":`...)
	b = append(strconv.AppendUint(b, goal, 10), `,"heap_live":`...)
	b = append(strconv.AppendUint(b, live, 10), `,"heap_marked":`...)
	syscall.Write(1, append(strconv.AppendUint(b, marked, 10), "}\n"...))
}

func main() {
	runtime.GC()
	tell()
	for {
		n, err := syscall.Read(0, inb[:])
		if err == syscall.EINTR {
			continue
		}
		if n != 1 {
			os.Exit(0)
		}
		if inb[0] == 's' {
			emit("s")
			continue
		}
		if inb[0] == 'a' {
			for i := 0; i < 200; i++ {
				kept = append(kept, make([]byte, 3000))
			}
		}
		tell()
	}
}
