// Programs that are hard to catch: MODE says how.
package main

import (
	"os"
	"os/exec"
	"runtime"
	"time"
)

type leaf struct{ left, right *leaf }

var keep []any

func tree(n int) *leaf {
	if n == 0 {
		return nil
	}
	return &leaf{tree(n - 1), tree(n - 1)}
}

func main() {
	switch os.Getenv("MODE") {
	case "fork": // children that share its memory until they become another program
		for i := 0; i < 2; i++ {
			go func() {
				for {
					exec.Command("/bin/true").Run()
				}
			}()
		}
	case "arenas": // a gigabyte and a half that is never touched, and something in the last arena
		for i := 0; i < 5; i++ {
			keep = append(keep, make([]byte, 5*(64<<20)), tree(8))
		}
	case "marking": // it marks nearly all the time
		keep = append(keep, tree(20))
		go func() {
			for {
				runtime.GC()
			}
		}()
	case "procs":
		runtime.GOMAXPROCS(128)
		for i := 0; i < 200; i++ {
			go func() {
				for {
					keep := tree(6)
					runtime.KeepAlive(keep)
					time.Sleep(time.Millisecond)
				}
			}()
		}
	case "ends": // at once, while others allocate
		go func() {
			time.Sleep(300 * time.Millisecond)
			os.Exit(0)
		}()
		for i := 0; i < 4; i++ {
			go func() {
				for {
					runtime.KeepAlive(tree(12))
				}
			}()
		}
	}
	time.Sleep(20 * time.Millisecond)
	finish()
}
