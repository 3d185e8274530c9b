// Package patch changes Kubernetes objects as the patches of layers say: [Merge]
// by RFC 7386, [Apply] by one operation of RFC 6902. Every value keeps the place
// where it was written, in the object or in the patch.
package patch
