package upgrade

import "github.com/dayzero-sdk/dayzero/profile"

// switches are the layers that overlays on the way, or presets that somebody
// chooses, enable or disable: whether they are there depends on what else is.
func (m *model) switches() map[string]bool {
	out, presets := map[string]bool{}, m.journey.presets
	for _, l := range m.journey.overlays {
		for _, ref := range l.versions {
			o := m.analysis.overlay(ref)
			if o == nil {
				continue
			}
			presets = presets || len(o.Spec.Presets) > 0
			if !l.constant() {
				switchedBy(out, "", o.Spec.Layers)
			}
		}
	}
	if presets {
		m.presetSwitches(out)
	}
	return out
}

// presetSwitches adds what presets of the profiles on the way switch.
func (m *model) presetSwitches(out map[string]bool) {
	for _, to := range m.journey.to {
		for _, v := range m.analysis.way(pinned(m.journey.from, to.Name), to) {
			for _, p := range v.release.Profile.Spec.Presets {
				switchedBy(out, to.Name+"/", p.Layers)
			}
		}
	}
}

func switchedBy(out map[string]bool, prefix string, patches []profile.LayerPatch) {
	for _, p := range patches {
		if p.Enabled != nil {
			out[prefix+p.Layer] = true
		}
	}
}

// loose reports whether only resolving a stack tells if it has a layer.
func (m *model) loose(profileName, layer string) bool {
	full := profileName + "/" + layer
	return (m.switched[layer] || m.switched[full]) && !m.journey.settled[layer] && !m.journey.settled[full]
}
