// Package corpus runs tests that are written down as archives: each case says in
// its comment which behaviour it holds, then come its files, then what is wanted
// of them, in sections called want/<name>.
package corpus
