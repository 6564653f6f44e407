// Half of it is C: threads that Go did not start, memory that Go does not know.
package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void called(int);

static void *works(void *number) {
	for (int i = 0;; i++) {
		char *p = malloc(1 << 16);
		memset(p, i, 1 << 16);
		if (i % 100 == 0)
			called(i);
		free(p);
		usleep(1000);
	}
}

static void start(int count) {
	pthread_t thread;
	for (int i = 0; i < count; i++)
		pthread_create(&thread, 0, works, 0);
}
*/
import "C"

import "time"

var last = make(map[int]*int)
var calls = make(chan int, 100)

//export called
func called(n C.int) {
	select {
	case calls <- int(n):
	default:
	}
}

func main() {
	for i := 0; i < 1000; i++ {
		n := i
		last[i] = &n
	}
	C.start(3)
	time.Sleep(20 * time.Millisecond)
	finish()
}
