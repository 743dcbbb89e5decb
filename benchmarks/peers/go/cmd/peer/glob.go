package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/charlievieth/fastwalk"
)

func globWithDoublestar(asked request) (any, error) {
	if _, err := os.Stat(asked.Root); err != nil {
		return nil, err
	}
	found := []string{}
	err := doublestar.GlobWalk(os.DirFS(asked.Root), asked.Pattern, func(path string, _ fs.DirEntry) error {
		found = append(found, path)
		return nil
	}, doublestar.WithFilesOnly(), doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
	return found, err
}

func globWithFastwalk(asked request) (any, error) {
	if !doublestar.ValidatePattern(asked.Pattern) {
		return nil, doublestar.ErrBadPattern
	}
	root := filepath.Clean(asked.Root)
	cut := prefixLength(root)
	workers := fastwalk.Config{NumWorkers: asked.Threads}
	var lock sync.Mutex
	found := []string{}
	err := fastwalk.Walk(&workers, root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if doublestar.MatchUnvalidated(asked.Pattern, path[cut:]) {
			lock.Lock()
			found = append(found, path[cut:])
			lock.Unlock()
		}
		return nil
	})
	return found, err
}

func globWithPool(asked request) (any, error) {
	if !doublestar.ValidatePattern(asked.Pattern) {
		return nil, doublestar.ErrBadPattern
	}
	return filesWithPool(asked, func(path string) bool {
		return doublestar.MatchUnvalidated(asked.Pattern, path)
	})
}
