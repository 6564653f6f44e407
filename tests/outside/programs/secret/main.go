// Holds secrets in objects of several sizes, with pointers and without: what is read of a heap must not have them.
package main

import "strings"

type holder struct {
	next *holder
	text string
	raw  []byte
	in   [24]byte
}

var all []*holder

func main() {
	word := "SEC" + "RET-of-" + strings.Repeat("gomem", 2) // as a whole in no section of the executable
	for i := 0; i < 2000; i++ {
		h := &holder{text: strings.Clone(word), raw: []byte(strings.Repeat(word, 1+i%300))}
		copy(h.in[:], word)
		if i > 0 {
			h.next = all[i-1]
		}
		all = append(all, h)
	}
	finish()
}
