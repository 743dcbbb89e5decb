package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

func readFiles(asked request) (any, error) {
	contents := make([][]byte, len(asked.Paths))
	for i, path := range asked.Paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		contents[i] = content
	}
	return texts(contents, asked.Answer), nil
}

func readFilesOnGoroutines(asked request) (any, error) {
	contents := make([][]byte, len(asked.Paths))
	failures := make([]error, asked.Threads)
	var next atomic.Int64
	var running sync.WaitGroup
	for worker := range asked.Threads {
		running.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(contents)); i = next.Add(1) - 1 {
				content, err := os.ReadFile(asked.Paths[i])
				if err != nil {
					failures[worker] = err
					return
				}
				contents[i] = content
			}
		})
	}
	running.Wait()
	return texts(contents, asked.Answer), errors.Join(failures...)
}

// texts makes strings of the contents only where they are wanted: it is no part of the work.
func texts(contents [][]byte, wanted bool) any {
	if !wanted {
		return contents
	}
	answer := make([]string, len(contents))
	for i, content := range contents {
		answer[i] = string(content)
	}
	return answer
}

func readLines(asked request) (any, error) {
	file, err := os.Open(asked.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<16)
	for range asked.First - 1 {
		if _, err := lines.ReadSlice('\n'); err != nil {
			return nil, err
		}
	}
	var window []byte
	for range asked.Limit {
		line, err := lines.ReadSlice('\n')
		window = append(window, line...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return string(window), nil
}
