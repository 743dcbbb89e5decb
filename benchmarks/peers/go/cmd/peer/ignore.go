package main

import (
	"cmp"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

func walkGitWithPool(asked request) (any, error) {
	return unignoredWithPool(asked, func(path string, _ fs.DirEntry) (string, bool, error) {
		return path, true, nil
	})
}

func globGitWithPool(asked request) (any, error) {
	if !doublestar.ValidatePattern(asked.Pattern) {
		return nil, doublestar.ErrBadPattern
	}
	return unignoredWithPool(asked, func(path string, _ fs.DirEntry) (string, bool, error) {
		return path, doublestar.MatchUnvalidated(asked.Pattern, path), nil
	})
}

// newestWithPool returns the paths modified last, the newest first.
func newestWithPool(asked request) (any, error) {
	found, err := unignoredWithPool(asked, func(path string, entry fs.DirEntry) (status, bool, error) {
		file, err := statusOf(path, entry)
		return file, true, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b status) int { return cmp.Compare(b.mtime, a.mtime) })
	newest := []string{}
	for _, file := range found[:min(asked.Limit, len(found))] {
		newest = append(newest, file.path)
	}
	return newest, nil
}

// unignoredWithPool returns what take makes of the files that no rule ignores.
func unignoredWithPool[Found any](asked request, take func(string, fs.DirEntry) (Found, bool, error)) ([]Found, error) {
	type directory = place[*scope]
	found := make([][]Found, asked.Threads)
	err := readTree(asked.Root, asked.Threads, func(worker int, at directory, entries []fs.DirEntry) ([]directory, error) {
		here, err := newScope(asked.Root, at, entries)
		if err != nil {
			return nil, err
		}
		var below []directory
		files := found[worker]
		for _, entry := range entries {
			name := entry.Name()
			path := at.path + name
			if name == ".git" || here.ignores(path, name, entry.IsDir()) {
				continue
			}
			if entry.IsDir() {
				below = append(below, directory{path + "/", here})
				continue
			}
			file, wanted, err := take(path, entry)
			if err != nil {
				return nil, err
			}
			if wanted {
				files = append(files, file)
			}
		}
		found[worker] = files
		return below, nil
	})
	return gather(found), err
}

// scope is a .gitignore file and those of the directories above it.
type scope struct {
	rules []rule
	cut   int // what makes a path relative to the file's directory
	above *scope
}

// newScope returns the scope of a directory: that of the one above where the
// directory has no .gitignore file.
func newScope(root string, at place[*scope], entries []fs.DirEntry) (*scope, error) {
	isIgnoreFile := func(entry fs.DirEntry) bool { return entry.Name() == ".gitignore" }
	if !slices.ContainsFunc(entries, isIgnoreFile) {
		return at.scope, nil
	}
	text, err := os.ReadFile(root + "/" + at.path + ".gitignore")
	if err != nil {
		return nil, err
	}
	return &scope{parseRules(string(text)), len(at.path), at.scope}, nil
}

// ignores lets the last matching rule of the nearest file decide.
func (s *scope) ignores(path, name string, isDirectory bool) bool {
	for ; s != nil; s = s.above {
		for i := len(s.rules) - 1; i >= 0; i-- {
			if rule := &s.rules[i]; rule.matches(path[s.cut:], name, isDirectory) {
				return !rule.negated
			}
		}
	}
	return false
}

type rule struct {
	pattern       string
	kind          kind
	negated       bool
	directoryOnly bool
	anchored      bool // matches the path from the file's directory, else the name
}

// kind is how a pattern is compared.
type kind int

const (
	glob    kind = iota
	literal      // no wildcard
	suffix       // one star, then no wildcard: the most common glob
)

const wildcards = `*?[\`

// braces have no meaning to git, but to doublestar.
var braces = strings.NewReplacer("{", `\{`, "}", `\}`)

func parseRules(text string) []rule {
	var rules []rule
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = trimSpaces(strings.TrimSuffix(line, "\r"))
		if line != "" && line[0] != '#' {
			rules = append(rules, parseRule(line))
		}
	}
	return rules
}

// trimSpaces removes trailing spaces up to one behind a backslash.
func trimSpaces(line string) string {
	trimmed := strings.TrimRight(line, " ")
	if len(trimmed) < len(line) && strings.HasSuffix(trimmed, `\`) {
		return trimmed + " "
	}
	return trimmed
}

func parseRule(line string) rule {
	var parsed rule
	line, parsed.negated = strings.CutPrefix(line, "!")
	line, parsed.directoryOnly = strings.CutSuffix(line, "/")
	if name, everywhere := strings.CutPrefix(line, "**/"); everywhere && !strings.Contains(name, "/") {
		line = name
	}
	parsed.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")

	rest, starred := strings.CutPrefix(line, "*")
	switch {
	case !strings.ContainsAny(line, wildcards):
		parsed.kind, parsed.pattern = literal, line
	case starred && !parsed.anchored && !strings.ContainsAny(rest, wildcards):
		parsed.kind, parsed.pattern = suffix, rest
	default:
		parsed.kind, parsed.pattern = glob, braces.Replace(line)
	}
	// To git, what is below a directory does not include the directory.
	if strings.HasSuffix(parsed.pattern, "/**") {
		parsed.pattern += "/*"
	}
	return parsed
}

func (r *rule) matches(path, name string, isDirectory bool) bool {
	if r.directoryOnly && !isDirectory {
		return false
	}
	subject := name
	if r.anchored {
		subject = path
	}
	switch r.kind {
	case literal:
		return subject == r.pattern
	case suffix:
		return strings.HasSuffix(subject, r.pattern)
	default:
		return doublestar.MatchUnvalidated(r.pattern, subject)
	}
}
