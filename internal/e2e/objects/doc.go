// Package objects reads, applies and watches Kubernetes objects of any kind.
package objects
