package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"

	"github.com/charlievieth/fastwalk"
)

const (
	// A file with a NUL byte in its first bytes is binary.
	sniffedBytes = 8000

	firstBuffer = 32 << 10
)

var newline = []byte{'\n'}

type match struct {
	path string
	line int
}

// MarshalJSON writes a match as the pair that the protocol wants.
func (m match) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{m.path, m.line})
}

func grepWithFastwalk(asked request) (any, error) {
	wanted, err := newSearch(asked)
	if err != nil {
		return nil, err
	}
	root := filepath.Clean(asked.Root)

	// Files are spread over searchers of their own, because a walker stays
	// with all files of a directory, and few directories hold most files.
	paths := make(chan string, 256)
	searchers := make([]searcher, asked.Threads)
	var running sync.WaitGroup
	for i := range searchers {
		running.Go(func() { searchers[i].searchAll(wanted, paths, prefixLength(root)) })
	}
	err = fastwalk.Walk(&fastwalk.Config{NumWorkers: 1}, root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			paths <- path
		}
		return err
	})
	close(paths)
	running.Wait()

	found := []match{}
	for i := range searchers {
		found = append(found, searchers[i].found...)
		err = errors.Join(err, searchers[i].err)
	}
	return found, err
}

// search is what is looked for: a literal that each matching line contains,
// and unless only the literal was asked for, a pattern.
type search struct {
	literal []byte
	pattern *regexp.Regexp
}

func newSearch(asked request) (search, error) {
	if asked.Fixed {
		return search{literal: []byte(asked.Pattern)}, nil
	}
	pattern, err := regexp.Compile(asked.Pattern)
	if err != nil {
		return search{}, err
	}
	prefix, _ := pattern.LiteralPrefix()
	return search{literal: []byte(prefix), pattern: pattern}, nil
}

// searcher is the state of one goroutine.
type searcher struct {
	buffer []byte
	found  []match
	err    error
}

func (s *searcher) searchAll(wanted search, paths <-chan string, cut int) {
	s.buffer = make([]byte, firstBuffer)
	for path := range paths {
		data, err := s.read(path)
		if err != nil {
			s.err = errors.Join(s.err, err)
			continue
		}
		s.searchText(wanted, data, path[cut:])
	}
}

// read returns the content of a text file, which the next call overwrites, and
// nothing for a binary file, of which it reads no more than it takes to know.
// System calls without an os.File spare it the poller, of no use to files.
func (s *searcher) read(path string) ([]byte, error) {
	file, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(file)
	for length := 0; ; {
		n, err := syscall.Read(file, s.buffer[length:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		}
		if length == 0 && bytes.IndexByte(s.buffer[:min(n, sniffedBytes)], 0) >= 0 {
			return nil, nil
		}
		if n == 0 {
			return s.buffer[:length], nil
		}
		length += n
		if length == len(s.buffer) {
			s.buffer = append(s.buffer, make([]byte, length)...)
		}
	}
}

// searchText looks for the literal first, and shows the pattern only the lines
// that contain it: finding a literal is many times faster.
func (s *searcher) searchText(wanted search, data []byte, path string) {
	for line := 1; len(data) > 0; line++ {
		at := bytes.Index(data, wanted.literal)
		if at < 0 {
			return
		}
		start := bytes.LastIndexByte(data[:at], '\n') + 1
		line += bytes.Count(data[:start], newline)
		text, rest, _ := bytes.Cut(data[start:], newline)
		if wanted.pattern == nil || wanted.pattern.Match(text) {
			s.found = append(s.found, match{path, line})
		}
		data = rest
	}
}
