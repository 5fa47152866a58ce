//go:build tools

// Package ollama pins Ollama, and a module whose headers Ollama's own archive lacks: the go command leaves folders
// named vendor out of a module.
package ollama

import (
	_ "github.com/gen2brain/malgo"
	_ "github.com/ollama/ollama"
)
