// A program that allocates what it is told, and nothing else: `gomem verify --live` compares where its objects lie with where the
// model of this version of Go says they will.
//
// It reads batches from its standard input and answers on its standard output; all numbers have 64 bits, the low byte first.
// A batch is the number of its operations and then, for each, four numbers: what to do, and on what.  An answer is one number an
// operation, and for a look at MemStats those of `stats`.
//
// It has all that it needs before the first batch: its tables are globals, its stack does not grow or shrink, and it reads and
// writes without telling the scheduler, so that nothing else runs while it waits.
package main

import (
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	"unsafe"
)

const (
	allocNoscan = iota // slot, size
	allocScan          // slot, size: every word is a pointer
	allocSparse        // slot, size: every fourth word is a pointer
	drop               // slot
	link               // slot, word, slot of the object to point to
	collect
	release // debug.FreeOSMemory
	stats   // runtime.ReadMemStats
	yield   // let the background workers of the runtime run
	ended   // the number of operations, not one of them
)

const (
	slots    = 1 << 16
	most     = 1 << 12 // operations of a batch
	figures  = 12 + 3*61
	threads  = 6
	patience = 20 * time.Millisecond
	ballast  = 1 << 30 // bytes
)

type sparse struct {
	p *byte
	_ [3]uintptr
}

var (
	table   [slots]unsafe.Pointer // what the program refers to
	request [most][4]uint64
	answer  [most * figures]uint64
	answers int
	memory  runtime.MemStats
)

func main() {
	runtime.MemProfileRate = 0
	deep(64)
	warm()
	for {
		var count uint64
		if !read(unsafe.Pointer(&count), 8) || count > most {
			return
		}
		if !read(unsafe.Pointer(&request), uintptr(count)*32) {
			return
		}
		answers = 0
		for i := range request[:count] {
			do(&request[i])
		}
		if !write(unsafe.Pointer(&answer), uintptr(answers)*8) {
			return
		}
	}
}

func do(r *[4]uint64) {
	what, slot := r[0], r[1]%slots
	switch what {
	case allocNoscan:
		table[slot] = unsafe.Pointer(unsafe.SliceData(make([]byte, r[2])))
		tell(uint64(uintptr(table[slot])))
	case allocScan:
		table[slot] = unsafe.Pointer(unsafe.SliceData(make([]*byte, r[2]/8)))
		tell(uint64(uintptr(table[slot])))
	case allocSparse:
		table[slot] = unsafe.Pointer(unsafe.SliceData(make([]sparse, r[2]/32)))
		tell(uint64(uintptr(table[slot])))
	case drop:
		table[slot] = nil
		tell(0)
	case link:
		*(*unsafe.Pointer)(unsafe.Add(table[slot], 8*r[2])) = table[r[3]%slots]
		tell(0)
	case collect:
		runtime.GC()
		tell(0)
	case release:
		debug.FreeOSMemory()
		tell(0)
	case stats:
		runtime.ReadMemStats(&memory)
		tellStats()
	case yield:
		for i := 0; i < 100; i++ {
			runtime.Gosched()
		}
		time.Sleep(time.Millisecond)
		tell(0)
	default:
		tell(1)
	}
}

func tell(n uint64) {
	answer[answers] = n
	answers++
}

func tellStats() {
	m := &memory
	for _, n := range [...]uint64{
		m.HeapInuse, m.HeapAlloc, m.Alloc, m.HeapObjects, m.HeapReleased, m.HeapIdle, m.HeapSys, m.StackInuse,
		m.Mallocs, m.Frees, m.TotalAlloc, uint64(m.NumGC),
	} {
		tell(n)
	}
	for i := range m.BySize {
		tell(uint64(m.BySize[i].Size))
		tell(m.BySize[i].Mallocs)
		tell(m.BySize[i].Frees)
	}
}

// warm makes the runtime do all that it does once only: start threads and workers, collect, release, count.
//
// The background scavenger gives pages back, at times that nobody can predict, while the heap has a tenth more pages than were in
// use at the last collection.  An object that is never touched, and so takes no memory, keeps it asleep.
func warm() {
	table[slots-1] = unsafe.Pointer(unsafe.SliceData(make([]byte, ballast)))
	done := make(chan bool)
	for i := 0; i < threads; i++ {
		go func() {
			runtime.LockOSThread()
			pause := syscall.NsecToTimespec(int64(patience))
			syscall.Nanosleep(&pause, nil)
			runtime.UnlockOSThread()
			done <- true
		}()
	}
	for i := 0; i < threads; i++ {
		<-done
	}
	for i := 0; i < 3; i++ {
		for what := uint64(0); what < ended; what++ {
			request[0] = [4]uint64{what, 0, 64, 0}
			if what != drop && what != link {
				do(&request[0])
			}
		}
		answers = 0
		time.Sleep(patience)
	}
	table[0] = nil
	for i := 0; i < 3; i++ {
		runtime.GC()
		request[0] = [4]uint64{yield}
		do(&request[0])
	}
	answers = 0
}

// deep grows the stack once, by about 64 KB.
//
//go:noinline
func deep(n int) byte {
	var room [1024]byte
	if n > 0 {
		room[n] = deep(n - 1)
	}
	return room[n] + room[0]
}

func read(to unsafe.Pointer, n uintptr) bool {
	for n > 0 {
		got, _, err := syscall.RawSyscall(syscall.SYS_READ, 0, uintptr(to), n)
		if err == syscall.EINTR {
			continue
		}
		if err != 0 || got == 0 {
			return false
		}
		to, n = unsafe.Add(to, got), n-got
	}
	return true
}

func write(from unsafe.Pointer, n uintptr) bool {
	for n > 0 {
		put, _, err := syscall.RawSyscall(syscall.SYS_WRITE, 1, uintptr(from), n)
		if err == syscall.EINTR {
			continue
		}
		if err != 0 || put == 0 {
			return false
		}
		from, n = unsafe.Add(from, put), n-put
	}
	return true
}
