package profiletest_test

import (
	"testing"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

func TestApprovals(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	ws.WantApprovals(t, ws)
	ws.Resolve(t, "office").With(t, `variables: {mtu: 1400}`).WantApprovals(t, ws)
	changed := ws.With(t, `overrides: [{layer: cni, values: {mtu: 1400}, reason: x, owner: y}]`)
	changed.WantApprovals(t, ws, "platform")
	ws.With(t, `{kind: Overlay, metadata: {name: edge}, spec: {order: 300, layers: [{layer: guard, values: {level: 2}}]}}`).
		WantApprovals(t, ws, "edge", "platform", "security")

	fails(t, changed.CheckApprovals(ws, "security"), "approvals (-want +got)", "platform: ", "--> fleet/stores.yaml:10:", "overrides: [{layer: cni")
	fails(t, ws.CheckApprovals(changed), "platform: ", "--> fleet/stores.yaml:10:", "overrides: [{layer: cni")
}
