package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The stable codes of an [Error].
const (
	CodeSyntax            = "expr.syntax"
	CodeUndefinedVariable = "expr.undefined-variable"
	CodeUndefinedName     = "expr.undefined-name"
	CodeType              = "expr.type"
	CodeTooLong           = "expr.too-long"
	CodeTooCostly         = "expr.too-costly"
	CodeNoValue           = "expr.no-value"
	CodeMissingLabel      = "expr.missing-label"
	CodeEvaluation        = "expr.evaluation"
)

// Error says what is wrong with one expression. The summary is one line in
// lower case; the hint, where there is one, says what to do.
type Error struct {
	// Code is one of the Code constants.
	Code    string
	Summary string
	Hint    string
	// Offset and Length are the wrong stretch of the text given to
	// [Scope.Compile], counted in Unicode code points.
	Offset, Length int
}

// Error gives the summary and, after a semicolon, the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Summary
	}
	return e.Summary + "; " + e.Hint
}

// in returns the error of an expression as the error of the text that holds
// the expression offset code points after its start.
func (e *Error) in(offset int) *Error {
	moved := *e
	moved.Offset += offset
	return &moved
}

func (e *Error) hinting(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

func errorf(code string, at span, format string, args ...any) *Error {
	return &Error{Code: code, Offset: at.offset, Length: at.length, Summary: fmt.Sprintf(format, args...)}
}

// span is a stretch of an expression in code points.
type span struct{ offset, length int }

func whole(source string) span { return span{0, utf8.RuneCountInString(source)} }

// quoted is the expression as messages show it: one line, not too long.
func quoted(source string) string {
	line := strings.Join(strings.Fields(source), " ")
	if runes := []rune(line); len(runes) > 60 {
		line = string(runes[:57]) + "..."
	}
	return "${" + line + "}"
}
