// Writes runtime/metrics, MemStats as JSON and expvar's /debug/vars, read one right after the other while nothing else allocates.
package main

import (
	"encoding/json"
	"expvar"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

var keep [][]byte

func main() {
	for i := 0; i < 3000; i++ {
		keep = append(keep, make([]byte, 10+i%5000))
	}
	keep = keep[:1500:1500]
	runtime.GC()
	debug.SetGCPercent(-1)
	var samples []metrics.Sample
	for _, d := range metrics.All() {
		if d.Kind == metrics.KindUint64 || d.Kind == metrics.KindFloat64 {
			samples = append(samples, metrics.Sample{Name: d.Name})
		}
	}
	metrics.Read(samples)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	metrics.Read(samples)
	runtime.ReadMemStats(&m)
	vars := "{\n\"memstats\": " + expvar.Get("memstats").String() + "\n}\n"
	values := map[string]any{}
	for _, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			values[s.Name] = s.Value.Uint64()
		} else {
			values[s.Name] = s.Value.Float64()
		}
	}
	for name, value := range map[string]any{"metrics": values, "memstats": m} {
		text, err := json.MarshalIndent(value, "", " ")
		if err != nil {
			fmt.Println(err)
		}
		os.WriteFile(os.Args[1]+"."+name+".json", text, 0o644)
	}
	os.WriteFile(os.Args[1]+".vars.json", []byte(vars), 0o644)
}
