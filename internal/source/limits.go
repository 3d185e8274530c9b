package source

// Limits bound a text before a tree is built from it. A zero field means its
// default.
type Limits struct {
	// Bytes of one text. Default 3 MiB.
	Bytes int
	// Nesting of mappings and lists. Default 100.
	Nesting int
	// AliasNodes is how many nodes the aliases of one document may expand to; 64
	// bytes of text count as one more. Default 50,000.
	AliasNodes int
	// ListItems of one list. Default 10,000.
	ListItems int
	// Marks are the characters that may be syntax of YAML, line ends included: what
	// reading costs grows with them. Default 1,000,000 in a text.
	Marks int
	// LineMarks are the same in one line, which the YAML library holds as a whole
	// in several times the memory. Default 200,000.
	LineMarks int
	// StrictLineEnds refuses characters that end a line for some readers of YAML
	// and not for others: for what people write. Tools of Kubernetes write them as
	// they are.
	StrictLineEnds bool
}

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Bytes, 3<<20)
	set(&l.Nesting, 100)
	set(&l.AliasNodes, 50_000)
	set(&l.ListItems, 10_000)
	set(&l.Marks, 1_000_000)
	set(&l.LineMarks, 200_000)
	return l
}
