package oracle

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// program is a running process with its standard input and output.
type program struct {
	child *process.Process
	in    *os.File
	out   *os.File
	lines *bufio.Reader // of out
}

const (
	name      = "oracle"
	tailLines = 30
	farewell  = time.Second // how long a program that lost its output may take to end
)

func start(path string) (*program, error) {
	log, err := os.CreateTemp("", "dayzero-oracle-*.log")
	if err != nil {
		return nil, err
	}
	_ = log.Close() // nothing was written
	in, question, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, os.Remove(log.Name()))
	}
	defer in.Close()
	answer, out, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, question.Close(), os.Remove(log.Name()))
	}
	defer out.Close()
	child, err := process.Start(process.Command{Name: name, Path: path, Log: log.Name(), In: in, Out: out})
	if err != nil {
		return nil, errors.Join(err, question.Close(), answer.Close(), os.Remove(log.Name()))
	}
	// Nobody else would remove it if this process were killed.
	if err := os.Remove(log.Name()); err != nil {
		child.Kill()
		return nil, errors.Join(err, question.Close(), answer.Close())
	}
	return &program{child: child, in: question, out: answer, lines: bufio.NewReader(answer)}, nil
}

func (p *program) stop() error {
	p.child.Kill()
	return errors.Join(p.in.Close(), p.out.Close())
}

// exchange writes a line and reads one, until the context ends. Its error shows
// what the process wrote last.
func (p *program) exchange(ctx context.Context, question []byte) ([]byte, error) {
	defer context.AfterFunc(ctx, p.interrupt)()
	_, err := p.in.Write(question)
	var answer []byte
	if err == nil {
		answer, err = p.lines.ReadBytes('\n')
	}
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return nil, p.failure(fmt.Errorf("no answer: %w", context.Cause(ctx)))
	}
	select {
	case <-p.child.Done():
		return nil, p.child.Failure()
	case <-time.After(farewell):
		return nil, p.failure(err)
	}
}

func (p *program) failure(err error) error {
	return &process.Failure{Name: name, Err: err, Log: p.child.Tail(tailLines)}
}

// interrupt ends reading and writing at once.
func (p *program) interrupt() {
	past := time.Unix(1, 0)
	_ = p.in.SetDeadline(past) // pipes have deadlines
	_ = p.out.SetDeadline(past)
}
