package clusterapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	controlplanev1 "sigs.k8s.io/cluster-api/api/controlplane/kubeadm/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// ErrForeign: the object is of a kind that Cluster API's types do not cover.
var ErrForeign = errors.New("not a kind of Cluster API's own")

var decoder = newDecoder()

func newDecoder() runtime.Decoder {
	scheme := runtime.NewScheme()
	utilruntime.Must(clusterv1.AddToScheme(scheme))
	utilruntime.Must(bootstrapv1.AddToScheme(scheme))
	utilruntime.Must(controlplanev1.AddToScheme(scheme))
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

// Decode reads an object, in JSON, strictly into its Go type and writes it
// again. It fails when the type lacks a field, and when what is written is not
// what was read: then a controller that uses the type sees something else than
// the object says, an empty value that counts as unset for instance.
func Decode(object []byte) error {
	typed, _, err := decoder.Decode(object, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return ErrForeign
	}
	if err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	again, err := json.Marshal(typed)
	if err != nil {
		return fmt.Errorf("encoding a %T: %w", typed, err)
	}
	var want, got any
	if err := errors.Join(json.Unmarshal(object, &want), json.Unmarshal(again, &got)); err != nil {
		return err
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("a %T holds\n\t%s\nof\n\t%s", typed, again, object)
	}
	return nil
}
