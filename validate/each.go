package validate

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// each calls do with 0 to n-1, in any order, on as many goroutines as may run
// at once.
func each(n int, do func(int)) {
	if n == 1 {
		do(0)
		return
	}
	var next atomic.Int64
	var running sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	running.Wait()
}
