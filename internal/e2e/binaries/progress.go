package binaries

import (
	"fmt"
	"time"
)

// progressInterval is how often a long build says that it goes on.
const progressInterval = 20 * time.Second

// progress tells the message now and at intervals until the result is called.
func (c Cache) progress(message string) (done func()) {
	c.tell("%s", message)
	start, ticker, stop := time.Now(), time.NewTicker(progressInterval), make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				c.tell("%s: %s", message, time.Since(start).Round(time.Second))
			}
		}
	}()
	return func() { ticker.Stop(); close(stop) }
}

func (c Cache) tell(format string, args ...any) {
	if c.Progress != nil {
		c.Progress(fmt.Sprintf(format, args...))
	}
}
