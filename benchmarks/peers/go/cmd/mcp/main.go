// Command mcp is a server of the Model Context Protocol over standard input and
// output with one tool.
package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"os"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const defaultLimit = 2000

type readInput struct {
	Path  string `json:"path" jsonschema:"the file to read"`
	Limit *int   `json:"limit,omitempty" jsonschema:"the most lines to return, 2000 unless given"`
}

func read(_ context.Context, _ *mcp.CallToolRequest, input readInput) (*mcp.CallToolResult, any, error) {
	limit := defaultLimit
	if input.Limit != nil {
		limit = *input.Limit
	}
	text, err := firstLines(input.Path, limit)
	if err != nil {
		return nil, nil, err
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, nil
}

func firstLines(path string, limit int) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	var text strings.Builder
	for range limit {
		line, err := reader.ReadString('\n')
		text.WriteString(line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return text.String(), nil
}

func main() {
	server := mcp.NewServer(&mcp.Implementation{Name: "peer", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "read", Description: "Read the first lines of a file"}, read)
	if err := server.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
		log.Fatal(err)
	}
}
