package plane

// FreePorts is how ports are chosen.
var FreePorts = freePorts

// Choosing gives the options with another way to choose ports.
func (o Options) Choosing(choose func(n int) ([]int, error)) Options {
	o.choose = choose
	return o
}
