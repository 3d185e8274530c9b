// Package markdown writes what documents say so that Markdown reads it as text.
package markdown
