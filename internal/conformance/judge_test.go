package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/conformance/clusterapi"
	"github.com/dayzero-sdk/dayzero/internal/conformance/crd"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

// judge holds objects that are bound for a hub against Cluster API, each
// content once.
type judge struct {
	definitions *crd.Set
	judged      map[string]bool // by digest
	kinds       map[string]int  // judged objects by kind
	typed       int             // objects that Cluster API's Go types cover
}

func newJudge() (*judge, error) {
	definitions, err := clusterapi.Definitions()
	return &judge{definitions: definitions, judged: map[string]bool{}, kinds: map[string]int{}}, err
}

// bundle judges all objects of a bundle that are bound for the hub.
func (j *judge) bundle(b render.Bundle) error {
	var found []error
	for _, o := range b.Objects(render.Hub) {
		if j.judged[o.Digest()] {
			continue
		}
		if err := j.object(o); err != nil {
			found = append(found, fmt.Errorf("%s: %w\n%s", o.Key(), err, o.YAML()))
			continue
		}
		j.judged[o.Digest()] = true
		j.kinds[o.Key().Kind]++
	}
	return errors.Join(found...)
}

func (j *judge) object(o render.Object) error {
	data, err := sent(o)
	if err != nil {
		return err
	}
	var u unstructured.Unstructured
	if err := json.Unmarshal(data, &u.Object); err != nil {
		return err
	}
	var found []error
	for _, f := range j.definitions.Check(&u) {
		found = append(found, errors.New(f.String()))
	}
	switch err := clusterapi.Decode(data); {
	case err == nil && len(found) == 0:
		j.typed++
	case err == nil:
	case !errors.Is(err, clusterapi.ErrForeign) || !isInfrastructure(o.Key()):
		found = append(found, err)
	}
	return errors.Join(found...)
}

// isInfrastructure reports whether a kind is an infrastructure provider's, for
// which Cluster API has no Go types.
func isInfrastructure(k render.Key) bool { return k.Group == "infrastructure.cluster.x-k8s.io" }

// sent is the JSON that a client sends who reads an object's YAML, which is
// another way to it than the object's own JSON.
func sent(o render.Object) ([]byte, error) {
	data, err := yaml.YAMLToJSONStrict(o.YAML())
	if err != nil {
		return nil, fmt.Errorf("reading the YAML: %w", err)
	}
	own, err := o.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(canonical(data), canonical(own)) {
		return nil, fmt.Errorf("the YAML says %s, the JSON %s", data, own)
	}
	return data, nil
}

// canonical is JSON with sorted fields and numbers as Kubernetes reads them.
func canonical(data []byte) []byte {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return []byte(err.Error())
	}
	out, err := json.Marshal(v)
	if err != nil {
		return []byte(err.Error())
	}
	return out
}

func newRenderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

// rendered resolves and renders one cluster.
func rendered(r *render.Renderer, ws *profile.Workspace, key profile.Key) (render.Bundle, error) {
	stack, diags := ws.Resolve(key)
	if stack == nil || diags.HasErrors() {
		return render.Bundle{}, fmt.Errorf("resolving %s: %w", key, diags.Err())
	}
	return r.Bundle(context.Background(), stack)
}
