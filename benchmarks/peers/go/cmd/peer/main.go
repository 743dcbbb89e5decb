// Command peer does one piece of work for each line of JSON on standard input
// and answers with a line that holds the time the work alone took.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"time"
)

type request struct {
	Work    string   `json:"work"`
	Way     string   `json:"way"`
	Root    string   `json:"root"`
	Pattern string   `json:"pattern"`
	Fixed   bool     `json:"fixed"`
	Limit   int      `json:"limit"`
	Argv    []string `json:"argv"`
	Path    string   `json:"path"`
	Paths   []string `json:"paths"`
	First   int      `json:"first"`
	Old     string   `json:"old"`
	New     string   `json:"new"`
	Threads int      `json:"threads"`
	Answer  bool     `json:"answer"`
}

type success struct {
	Nanoseconds int64 `json:"nanoseconds"`
	Answer      any   `json:"answer"`
}

type failure struct {
	Error string `json:"error"`
}

// ways holds, for each work, the ways of doing it.
var ways = map[string]map[string]func(request) (any, error){
	"walk": {
		"filepath.WalkDir":  walkWithWalkDir,
		"fastwalk":          walkWithFastwalk,
		"File.ReadDir pool": walkWithPool,
	},
	"walk_stat": {
		"filepath.WalkDir":  statWithWalkDir,
		"fastwalk":          statWithFastwalk,
		"File.ReadDir pool": statWithPool,
	},
	"walk_git": {
		"File.ReadDir pool + doublestar match": walkGitWithPool,
	},
	"newest": {
		"File.ReadDir pool, sorted": newestWithPool,
	},
	"glob_git": {
		"File.ReadDir pool + doublestar match": globGitWithPool,
	},
	"glob": {
		"doublestar":                           globWithDoublestar,
		"fastwalk + doublestar match":          globWithFastwalk,
		"File.ReadDir pool + doublestar match": globWithPool,
	},
	"grep": {
		"fastwalk, bytes.Index / regexp": grepWithFastwalk,
	},
	"spawn": {
		"os/exec": spawnWithExec,
	},
	"read_files": {
		"os.ReadFile":               readFiles,
		"os.ReadFile on goroutines": readFilesOnGoroutines,
	},
	"open_inside": {
		"os.Root":                         openWithRoot,
		"EvalSymlinks + prefix + os.Open": openWithEvalSymlinks,
	},
	"lines": {
		"bufio.Reader.ReadSlice": readLines,
	},
	"edit": {
		"os, in place": editInPlace,
		"os, renamed":  editAndRename,
	},
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := bufio.NewWriter(os.Stdout)
	replies := json.NewEncoder(output)
	for {
		line, err := input.ReadBytes('\n')
		if len(line) > 0 {
			if err := replies.Encode(serve(line)); err != nil {
				log.Fatal(err)
			}
			if err := output.Flush(); err != nil {
				log.Fatal(err)
			}
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func serve(line []byte) any {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return failure{err.Error()}
	}
	do, known := ways[asked.Work][asked.Way]
	if !known {
		return failure{fmt.Sprintf("no way %q of work %q", asked.Way, asked.Work)}
	}

	asked.Threads = max(asked.Threads, 1)
	runtime.GC() // the last round's garbage is not this round's work
	started := time.Now()
	answer, err := do(asked)
	elapsed := time.Since(started)
	if err != nil {
		return failure{err.Error()}
	}
	if !asked.Answer {
		answer = nil
	}
	return success{elapsed.Nanoseconds(), answer}
}
