package main

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/charlievieth/fastwalk"
)

// prefixLength returns how much of a walked path to cut to make it relative.
func prefixLength(root string) int {
	if strings.HasSuffix(root, "/") {
		return len(root)
	}
	return len(root) + len("/")
}

func walkWithWalkDir(asked request) (any, error) {
	root := filepath.Clean(asked.Root)
	cut := prefixLength(root)
	found := []string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path[cut:])
		}
		return err
	})
	return found, err
}

func walkWithFastwalk(asked request) (any, error) {
	root := filepath.Clean(asked.Root)
	cut := prefixLength(root)
	workers := fastwalk.Config{NumWorkers: asked.Threads}
	var lock sync.Mutex
	found := []string{}
	err := fastwalk.Walk(&workers, root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			lock.Lock()
			found = append(found, path[cut:])
			lock.Unlock()
		}
		return err
	})
	return found, err
}

func walkWithPool(asked request) (any, error) {
	return filesWithPool(asked, func(string) bool { return true })
}

// filesWithPool returns the files whose relative path is wanted.
func filesWithPool(asked request, wanted func(string) bool) ([]string, error) {
	type directory = place[struct{}]
	found := make([][]string, asked.Threads)
	err := readTree(asked.Root, asked.Threads, func(worker int, at directory, entries []fs.DirEntry) ([]directory, error) {
		var below []directory
		files := found[worker]
		for _, entry := range entries {
			path := at.path + entry.Name()
			if entry.IsDir() {
				below = append(below, directory{path: path + "/"})
			} else if wanted(path) {
				files = append(files, path)
			}
		}
		found[worker] = files
		return below, nil
	})
	return gather(found), err
}

type status struct {
	path  string
	size  int64
	mtime int64 // in nanoseconds
}

// MarshalJSON writes a status as the triple that the protocol wants.
func (s status) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{s.path, s.size, s.mtime})
}

func statusOf(path string, entry fs.DirEntry) (status, error) {
	info, err := entry.Info()
	if err != nil {
		return status{}, err
	}
	return status{path, info.Size(), info.ModTime().UnixNano()}, nil
}

func statWithWalkDir(asked request) (any, error) {
	root := filepath.Clean(asked.Root)
	cut := prefixLength(root)
	found := []status{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := statusOf(path[cut:], entry)
		found = append(found, file)
		return err
	})
	return found, err
}

func statWithFastwalk(asked request) (any, error) {
	root := filepath.Clean(asked.Root)
	cut := prefixLength(root)
	workers := fastwalk.Config{NumWorkers: asked.Threads}
	var lock sync.Mutex
	found := []status{}
	err := fastwalk.Walk(&workers, root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := statusOf(path[cut:], entry)
		lock.Lock()
		found = append(found, file)
		lock.Unlock()
		return err
	})
	return found, err
}

func statWithPool(asked request) (any, error) {
	type directory = place[struct{}]
	found := make([][]status, asked.Threads)
	err := readTree(asked.Root, asked.Threads, func(worker int, at directory, entries []fs.DirEntry) ([]directory, error) {
		var below []directory
		files := found[worker]
		for _, entry := range entries {
			path := at.path + entry.Name()
			if entry.IsDir() {
				below = append(below, directory{path: path + "/"})
				continue
			}
			file, err := statusOf(path, entry)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
		}
		found[worker] = files
		return below, nil
	})
	return gather(found), err
}
