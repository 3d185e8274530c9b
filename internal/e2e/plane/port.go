package plane

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/dayzero-sdk/dayzero/internal/e2e/lock"
)

// freePorts gives n ports that nobody listened on a moment ago.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		listener, err := net.Listen("tcp", ":0")
		if err != nil {
			return nil, fmt.Errorf("choosing a free port: %w", err)
		}
		defer listener.Close() // all stay open until the last is chosen
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// portBlock is a range of ports that one plane has to itself, among planes, for
// simulated workload clusters: their server takes ports one after the other
// without looking.
type portBlock struct {
	first, last int
	held        *lock.Lock
}

// Below the ports that Linux gives to outgoing connections.
const (
	firstBlock = 20000
	lastBlock  = 29750
	blockSize  = 250
)

// newPortBlock takes a block that no other plane has and on which nobody listens.
func newPortBlock(locks string) (*portBlock, error) {
	if err := os.MkdirAll(locks, 0o755); err != nil {
		return nil, err
	}
	for first := firstBlock; first <= lastBlock; first += blockSize {
		held, err := lock.Try(filepath.Join(locks, strconv.Itoa(first)+".lock"))
		if errors.Is(err, lock.ErrHeld) {
			continue
		}
		if err != nil {
			return nil, err
		}
		block := &portBlock{first: first, last: first + blockSize - 1, held: held}
		if block.free() {
			return block, nil
		}
		if err := block.release(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("choosing ports for workload clusters: no %d free in a row from %d to %d", blockSize, firstBlock, lastBlock+blockSize-1)
}

func (b *portBlock) free() bool {
	for port := b.first; port <= b.last; port++ {
		listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			return false
		}
		_ = listener.Close()
	}
	return true
}

func (b *portBlock) String() string { return fmt.Sprintf("%d-%d", b.first, b.last) }

func (b *portBlock) release() error { return b.held.Release() }
