package main

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// place is a directory to read. Its path is relative to the root and ends in a
// slash, so that adding a name makes the path of an entry; the root's is empty.
type place[Scope any] struct {
	path  string
	scope Scope // what the visitor of the directory above hands down
}

// visitor does the work for one directory and returns those to descend into.
// Calls with the same worker number never overlap.
type visitor[Scope any] func(worker int, at place[Scope], entries []fs.DirEntry) ([]place[Scope], error)

// pool is what the workers of one traversal share.
type pool[Scope any] struct {
	root       string
	visit      visitor[Scope]
	lock       sync.Mutex
	changed    *sync.Cond
	waiting    []place[Scope]
	unfinished int // directories that wait or are being visited
	err        error
}

// readTree visits all directories from root down with a number of workers.
func readTree[Scope any](root string, workers int, visit visitor[Scope]) error {
	shared := &pool[Scope]{root: root, visit: visit, waiting: make([]place[Scope], 1), unfinished: 1}
	shared.changed = sync.NewCond(&shared.lock)
	var running sync.WaitGroup
	for worker := range workers {
		running.Go(func() { shared.work(worker) })
	}
	running.Wait()
	return shared.err
}

func (p *pool[Scope]) work(worker int) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for {
		for len(p.waiting) == 0 && p.unfinished > 0 {
			p.changed.Wait()
		}
		if p.unfinished == 0 {
			return
		}
		last := len(p.waiting) - 1
		at := p.waiting[last]
		p.waiting = p.waiting[:last]

		p.lock.Unlock()
		below, err := p.read(worker, at)
		p.lock.Lock()

		p.err = errors.Join(p.err, err)
		p.waiting = append(p.waiting, below...)
		p.unfinished += len(below) - 1
		// This worker goes on with one of the new directories itself.
		if len(below) > 1 || p.unfinished == 0 {
			p.changed.Broadcast()
		}
	}
}

func (p *pool[Scope]) read(worker int, at place[Scope]) ([]place[Scope], error) {
	directory, err := os.Open(p.root + "/" + at.path)
	if err != nil {
		return nil, err
	}
	// Unlike os.ReadDir, this does not sort.
	entries, err := directory.ReadDir(-1)
	directory.Close()
	if err != nil {
		return nil, err
	}
	return p.visit(worker, at, entries)
}

// gather joins what the workers found. It is never nil, which JSON calls null.
func gather[Found any](found [][]Found) []Found {
	if all := slices.Concat(found...); all != nil {
		return all
	}
	return []Found{}
}
