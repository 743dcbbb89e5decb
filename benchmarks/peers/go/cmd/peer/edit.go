package main

import (
	"bytes"
	"os"
)

func editInPlace(asked request) (any, error) {
	content, err := edited(asked)
	if err != nil {
		return nil, err
	}
	return string(content), os.WriteFile(asked.Path, content, 0o644)
}

func editAndRename(asked request) (any, error) {
	content, err := edited(asked)
	if err != nil {
		return nil, err
	}
	draft := asked.Path + ".new"
	if err := os.WriteFile(draft, content, 0o644); err != nil {
		return nil, err
	}
	return string(content), os.Rename(draft, asked.Path)
}

func edited(asked request) ([]byte, error) {
	content, err := os.ReadFile(asked.Path)
	if err != nil {
		return nil, err
	}
	return bytes.Replace(content, []byte(asked.Old), []byte(asked.New), 1), nil
}
