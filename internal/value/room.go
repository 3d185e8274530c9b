package value

// textRoom is how many bytes of text take as much room as a node does.
const textRoom = 64

// Outgrows takes the room that the tree needs from room: one for each node, and
// one for each 64 bytes of its text. What is shared inside the tree counts every
// time it appears. It gives the first node for which nothing is left, nil where
// there is enough.
func (n *Node) Outgrows(room *int) *Node {
	if n == nil {
		return nil
	}
	if *room -= 1 + len(n.str)/textRoom; *room < 0 {
		return n
	}
	for i := range n.fields {
		*room -= len(n.fields[i].Name) / textRoom
		if over := n.fields[i].Value.Outgrows(room); over != nil {
			return over
		}
	}
	for _, item := range n.list() {
		if over := item.Outgrows(room); over != nil {
			return over
		}
	}
	return nil
}
