package rollout

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/util/intstr"
)

// APIVersion is the apiVersion of plans and snapshots as JSON.
const APIVersion = "dayzero.dev/rollout/v1alpha1"

// planDocument is the JSON form of a Plan. Field order is part of the digest.
type planDocument struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Digest     string   `json:"digest,omitempty"`
	Strategy   string   `json:"strategy,omitempty"`
	Stages     []Stage  `json:"stages"`
	Held       []Member `json:"held,omitempty"`
}

func (p Plan) document() planDocument {
	return planDocument{APIVersion: APIVersion, Kind: "Plan", Digest: p.digest, Strategy: p.strategy, Stages: p.stages, Held: p.held}
}

// sum is the digest of a document that does not state one yet.
func (d planDocument) sum() string {
	data, err := encode(d)
	if err != nil {
		panic("rollout: encoding a checked plan: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// encode gives compact JSON with < > & as themselves.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// MarshalJSON gives the plan with its digest.
func (p Plan) MarshalJSON() ([]byte, error) {
	data, err := encode(p.document())
	if err != nil {
		return nil, fmt.Errorf("encoding plan: %w", err)
	}
	return data, nil
}

// UnmarshalJSON reads what MarshalJSON wrote. A plan that no Compile could have
// made is refused, and so is one whose content does not have the digest it
// states: an unknown field may be a rule that this release does not know.
func (p *Plan) UnmarshalJSON(data []byte) error {
	var d planDocument
	if err := decode(data, &d, "Plan", func() (string, string) { return d.APIVersion, d.Kind }); err != nil {
		return fmt.Errorf("decoding plan: %w", err)
	}
	if err := d.check(); err != nil {
		return fmt.Errorf("decoding plan: %w", err)
	}
	plan := newPlan(d.Strategy, d.Stages, d.Held)
	if plan.digest != d.Digest {
		return fmt.Errorf("decoding plan: %w: its digest is %s, it says %q", ErrMismatch, plan.digest, d.Digest)
	}
	*p = plan
	return nil
}

// decode reads one strict JSON document whose apiVersion and kind, which header
// returns afterwards, are ours and want.
func decode(data []byte, into any, want string, header func() (apiVersion, kind string)) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind the document")
	}
	if version, kind := header(); version != APIVersion || kind != want {
		return fmt.Errorf("this is %q of %q: want %s of %s", kind, version, want, APIVersion)
	}
	return nil
}

func (d planDocument) check() error {
	if len(d.Stages) == 0 {
		return errors.New("there are no stages")
	}
	names, keys := map[string]bool{}, map[string]bool{}
	for i, s := range d.Stages {
		if s.Name == "" || names[s.Name] {
			return fmt.Errorf("the name %q of stage %d is empty or not unique", s.Name, i+1)
		}
		names[s.Name] = true
		if err := s.check(keys); err != nil {
			return fmt.Errorf("stage %q: %w", s.Name, err)
		}
	}
	if err := checkMembers(d.Held, keys); err != nil {
		return fmt.Errorf("held clusters: %w", err)
	}
	for _, m := range d.Held {
		if m.Held == "" {
			return fmt.Errorf("held cluster %v has no reason", m.Key)
		}
	}
	return nil
}

func (s Stage) check(keys map[string]bool) error {
	size := len(s.Members)
	if err := s.MaxConcurrency.check(1, size); err != nil {
		return fmt.Errorf("maxConcurrency: %w", err)
	}
	if err := s.FailureBudget.check(0, size); err != nil {
		return fmt.Errorf("failureBudget: %w", err)
	}
	if s.Soak.Duration < 0 {
		return errors.New("the soak is negative")
	}
	for _, m := range s.Members {
		if m.Held != "" || len(m.Hops) == 0 {
			return fmt.Errorf("cluster %v is held or has no hops", m.Key)
		}
	}
	return checkMembers(s.Members, keys)
}

// check holds that a limit is what its text gives for the size of its stage.
func (l Limit) check(least, size int) error {
	var written *intstr.IntOrString
	if l.Written != "" {
		v := intstr.Parse(l.Written)
		written = &v
	}
	want, err := bound(written, least, size)
	if err != nil {
		return err
	}
	if l != want {
		return fmt.Errorf("%d of %d, written %q, is wrong: want %d, the stage has %s", l.Count, l.Of, l.Written, want.Count, count(size, "cluster"))
	}
	return nil
}

// checkMembers holds that members are sound, sorted, and not yet in keys, to
// which it adds them.
func checkMembers(members []Member, keys map[string]bool) error {
	for i, m := range members {
		key := m.Key.String()
		if err := checkKey(m.Key); err != nil {
			return err
		}
		if keys[key] || i > 0 && members[i-1].Key.Compare(m.Key) >= 0 {
			return fmt.Errorf("cluster %s is out of order or there twice", key)
		}
		keys[key] = true
		if err := checkHops(m.Hops); err != nil {
			return fmt.Errorf("cluster %s: %w", key, err)
		}
	}
	return nil
}
