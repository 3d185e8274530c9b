package expr

import (
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apiserver/pkg/cel/library"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

const (
	// maxCost bounds both the estimate of an expression's cost and what its
	// evaluation may really cost, in CEL's units.
	maxCost = 1_000_000
	// maxRegexp is the most characters a regular expression may have.
	maxRegexp = 1000
)

// supposition is how large an estimate takes inputs to be that it does not know.
type supposition struct{ text, items, unknown uint64 }

var (
	// usual is generous for what profiles hold; where it is wrong, the limit on
	// the true cost holds.
	usual = supposition{text: 256, items: 100, unknown: 100}
	// worst is as large as documents may be.
	worst = supposition{text: 3 << 20, items: maxItems, unknown: 3 << 20}
)

// identity bounds the text of names and labels, as Kubernetes does.
const identity = 253

// estimator estimates costs as Kubernetes does, with the sizes of this
// package's inputs, and charges for the size of what a call builds.
type estimator struct {
	library.CostEstimator
	sizes sizes
}

func newEstimator(consts *value.Node, supposed supposition) *estimator {
	s := sizes{consts, supposed}
	return &estimator{CostEstimator: library.CostEstimator{SizeEstimator: s}, sizes: s}
}

// EstimateSize implements [checker.CostEstimator].
func (e *estimator) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	return e.sizes.EstimateSize(n)
}

// EstimateCallCost implements [checker.CostEstimator].
func (e *estimator) EstimateCallCost(function, overload string, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	if function == "format" {
		return &checker.CallEstimate{
			CostEstimate: checker.FixedCostEstimate(2 * e.sizes.text),
			ResultSize:   &checker.SizeEstimate{Max: 4 * e.sizes.text},
		}
	}
	call := e.CostEstimator.EstimateCallCost(function, overload, target, args)
	if call == nil || call.ResultSize == nil {
		return call
	}
	building := call.ResultSize.MultiplyByCostFactor(common.StringTraversalCostFactor)
	return &checker.CallEstimate{CostEstimate: call.CostEstimate.Add(building), ResultSize: call.ResultSize}
}

// costOptions replaces estimates of cel-go's that would refuse sensible uses:
// ranges whose length is not written out, and whatever follows a sort, whose
// result it takes to be as long as the square of the list. See [guards] and
// [meter] for what bounds them. matches(text, regexp) is estimated as
// text.matches(regexp) is, which not all releases of cel-go do.
func costOptions() []checker.CostOption {
	options := []checker.CostOption{
		checker.OverloadCostEstimate("lists_range", estimateRange),
		checker.OverloadCostEstimate(overloads.Matches, estimateMatches),
		checker.OverloadCostEstimate(overloads.MatchesString, estimateMatches),
	}
	for _, t := range []*types.Type{
		types.BoolType, types.BytesType, types.DoubleType, types.DurationType,
		types.IntType, types.StringType, types.TimestampType, types.UintType,
	} {
		options = append(options,
			checker.OverloadCostEstimate("list_"+t.TypeName()+"_sort", estimateSort),
			checker.OverloadCostEstimate("list_"+t.TypeName()+"_sortByAssociatedKeys", estimateSort))
	}
	return options
}

func estimateRange(e checker.CostEstimator, _ *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	size := checker.SizeEstimate{Max: e.(*estimator).sizes.items}
	if n, ok := literalInt(args[0]); ok {
		size = checker.FixedSizeEstimate(n)
	}
	return &checker.CallEstimate{CostEstimate: size.MultiplyByCostFactor(1), ResultSize: &size}
}

func estimateSort(e checker.CostEstimator, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	list := target
	if list == nil {
		list = &args[0]
	}
	size := sizeOf(e, *list)
	return &checker.CallEstimate{CostEstimate: size.Multiply(size).MultiplyByCostFactor(1), ResultSize: &size}
}

func estimateMatches(e checker.CostEstimator, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	text, pattern := target, args[len(args)-1]
	if text == nil {
		text = &args[0]
	}
	// Reading the pattern costs something even if the text is empty.
	reading := sizeOf(e, *text).Add(checker.FixedSizeEstimate(1)).MultiplyByCostFactor(common.StringTraversalCostFactor)
	states := sizeOf(e, pattern).MultiplyByCostFactor(common.RegexStringLengthCostFactor)
	return &checker.CallEstimate{CostEstimate: reading.Multiply(states)}
}

func sizeOf(e checker.CostEstimator, n checker.AstNode) checker.SizeEstimate {
	if size := n.ComputedSize(); size != nil {
		return *size
	}
	return *e.EstimateSize(n)
}

func literalInt(n checker.AstNode) (uint64, bool) {
	lit := n.Expr().AsLiteral()
	i, ok := lit.(types.Int)
	return uint64(max(0, i)), ok
}

// sizes knows or supposes how large the inputs are.
type sizes struct {
	consts *value.Node
	supposition
}

// EstimateSize implements [checker.CostEstimator].
func (s sizes) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	path := n.Path()
	if len(path) > 0 {
		switch path[0] {
		case rootConsts:
			if size, ok := constantSize(s.consts, path[1:]); ok {
				return size
			}
		case rootCluster, rootPool, rootComponent:
			return upTo(identity)
		}
	}
	return s.supposed(n.Type())
}

// EstimateCallCost implements [checker.CostEstimator].
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// supposed is the size of a value of type t.
func (s supposition) supposed(t *types.Type) *checker.SizeEstimate {
	switch t.Kind() {
	case types.StringKind, types.BytesKind:
		return upTo(s.text)
	case types.ListKind, types.MapKind:
		return upTo(s.items)
	}
	return upTo(s.unknown)
}

func upTo(size uint64) *checker.SizeEstimate { return &checker.SizeEstimate{Max: size} }

// constantSize is the largest size of the constants that path may lead to.
func constantSize(root *value.Node, path []string) (*checker.SizeEstimate, bool) {
	at := []*value.Node{root}
	for _, name := range path {
		var next []*value.Node
		for _, n := range at {
			next = append(next, children(n, name)...)
		}
		if len(next) == 0 || len(next) > maxNodes {
			return nil, false
		}
		at = next
	}
	var size uint64
	for _, n := range at {
		size = max(size, uint64(max(n.Len(), len(n.Text()))))
	}
	return upTo(size), true
}

// children follows one step of CEL's paths.
func children(n *value.Node, name string) []*value.Node {
	var nodes []*value.Node
	switch name {
	case "@items":
		return n.Items()
	case "@values":
		for _, f := range n.Fields() {
			nodes = append(nodes, f.Value)
		}
	case "@keys":
		for _, f := range n.Fields() {
			nodes = append(nodes, value.NewString(f.Name, value.Place{}))
		}
	default:
		if e, ok := n.Entry(name); ok {
			nodes = append(nodes, e.Value)
		}
	}
	return nodes
}

// weight counts what values hold, up to a little more than maxNodes: one for
// each part and one for each 64 bytes of text.
func weight(vs []ref.Val) uint64 {
	left := maxNodes
	for _, v := range vs {
		weigh(v, &left)
	}
	return uint64(maxNodes - left)
}

func weigh(v ref.Val, left *int) {
	*left--
	switch v := v.(type) {
	case types.String:
		*left -= len(v) / 64
	case mapping:
		for _, f := range v.node.Fields() {
			if *left < 0 {
				return
			}
			weigh(convert(f.Value), left)
		}
	case traits.Mapper:
		for it := v.Iterator(); *left >= 0 && it.HasNext() == types.True; {
			key := it.Next()
			weigh(key, left)
			weigh(v.Get(key), left)
		}
	case traits.Lister:
		for it := v.Iterator(); *left >= 0 && it.HasNext() == types.True; {
			weigh(it.Next(), left)
		}
	}
}
