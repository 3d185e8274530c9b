package expr

import (
	"strings"

	"github.com/antlr4-go/antlr/v4"
	"github.com/google/cel-go/parser/gen"
)

// maxLength is the most code points an expression may have.
const maxLength = 4096

// segment is a stretch of a text: a literal, or the source of an expression
// that starts offset code points into the text.
type segment struct {
	text   string
	expr   bool
	offset int
}

// split cuts text into segments. Neighbouring literals are joined and escapes
// resolved.
func split(text string) ([]segment, *Error) {
	s := splitter{runes: []rune(text), stream: antlr.NewInputStream(text)}
	s.lexer = gen.NewCELLexer(s.stream)
	s.lexer.RemoveErrorListeners()
	return s.split()
}

// splitter shares one lexer between the expressions of a text, so that reading
// a text takes time in proportion to its length.
type splitter struct {
	runes    []rune
	stream   *antlr.InputStream
	lexer    *gen.CELLexer
	literal  strings.Builder
	segments []segment
}

func (s *splitter) split() ([]segment, *Error) {
	for i := 0; i < len(s.runes); {
		switch {
		case s.has(i, "$${"):
			s.literal.WriteString("${")
			i += len("$${")
		case s.has(i, "${"):
			start := i + len("${")
			end, err := s.closing(start)
			if err != nil {
				return nil, err
			}
			s.flush()
			s.segments = append(s.segments, segment{text: string(s.runes[start:end]), expr: true, offset: start})
			i = end + 1
		default:
			s.literal.WriteRune(s.runes[i])
			i++
		}
	}
	s.flush()
	return s.segments, nil
}

func (s *splitter) flush() {
	if s.literal.Len() > 0 {
		s.segments = append(s.segments, segment{text: s.literal.String()})
		s.literal.Reset()
	}
}

func (s *splitter) has(i int, mark string) bool {
	for j, r := range mark {
		if i+j >= len(s.runes) || s.runes[i+j] != r {
			return false
		}
	}
	return true
}

// closing is where the brace stands that ends the expression starting at start.
func (s *splitter) closing(start int) (int, *Error) {
	opening := span{start - len("${"), len("${")}
	s.stream.Seek(start)
	for depth := 0; ; {
		token := s.lexer.NextToken()
		switch token.GetTokenType() {
		case antlr.TokenEOF:
			return 0, errorf(CodeSyntax, opening, "${ has no closing }").
				hinting("close the expression with }, and any string in it with its quote, or write $${ for a literal ${")
		case gen.CELLexerLBRACE:
			depth++
		case gen.CELLexerRBRACE:
			if depth == 0 {
				return s.within(start, token.GetStart(), opening)
			}
			depth--
		}
		if token.GetStart() > start+maxLength {
			return s.within(start, token.GetStart(), opening)
		}
	}
}

func (s *splitter) within(start, end int, opening span) (int, *Error) {
	if end-start > maxLength {
		return 0, errorf(CodeTooLong, opening, "the expression has more than %d characters", maxLength).
			hinting("move parts of it into constants or variables")
	}
	return end, nil
}
