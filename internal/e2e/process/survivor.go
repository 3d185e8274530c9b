package process

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// KillNamed kills those of the given processes, with their groups, whose
// command line contains text. Others are left alone: a process id may by now
// belong to somebody else.
func KillNamed(pids []int, text string) {
	for _, pid := range pids {
		if pid > 1 && pid != os.Getpid() && strings.Contains(commandLine(pid), text) {
			_ = syscall.Kill(-pid, syscall.SIGKILL)
		}
	}
}

// commandLine is empty when the process does not exist.
func commandLine(pid int) string {
	id := strconv.Itoa(pid)
	if line, err := os.ReadFile("/proc/" + id + "/cmdline"); err == nil {
		return string(line)
	}
	line, err := exec.Command("ps", "-ww", "-o", "command=", "-p", id).Output()
	if err != nil {
		return ""
	}
	return string(line)
}
