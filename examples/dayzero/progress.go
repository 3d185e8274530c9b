package main

import (
	"fmt"
	"io"
	"os"
)

// progress shows on a terminal how far long work has come. Elsewhere it is
// silent.
type progress struct {
	w           io.Writer
	what        string
	done, total int
	shown       int
}

func newProgress(w io.Writer, what string, total int) *progress {
	file, ok := w.(*os.File)
	if !ok || total < 200 {
		return &progress{}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &progress{}
	}
	return &progress{w: w, what: what, total: total, shown: -1}
}

func (p *progress) step() {
	if p.w == nil {
		return
	}
	p.done++
	if percent := p.done * 100 / p.total; percent != p.shown {
		p.shown = percent
		fmt.Fprintf(p.w, "\r%s %d of %d", p.what, p.done, p.total)
	}
	if p.done == p.total {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
