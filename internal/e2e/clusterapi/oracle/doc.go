// Command oracle answers questions with Cluster API's own functions, without a
// server. It reads questions as JSON values on standard input and writes one
// answer a line, in the same order; it ends with its input.
//
//	{"plan": {...}}       which versions an upgrade goes through
//	{"desired": {...}}    what the topology controller wants for a Cluster
//	{"replaces": {...}}   which Machines a change replaces, and why
//	{"variables": {...}}  whether variable definitions, and values for them, are valid
//	{"admission": {...}}  what the admission webhook of a kind says of an object
//
// An answer is {"answer": ...}, or {"error": "..."} for a question that cannot
// be asked. What Cluster API refuses is an answer.
//
// Every file says which of upstream's functions it calls, and what of Cluster
// API is out of reach because it is internal or needs an API server. Common to
// all: nothing here knows the CRDs, so the schemas of objects are judged by a
// real server only.
package main
