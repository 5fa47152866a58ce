//go:build tools

// Package cli pins the Pulumi command line: go.mod and go.sum say exactly what is built.
package cli

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
