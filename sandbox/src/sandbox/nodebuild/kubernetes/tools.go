//go:build tools

// Package kubernetes pins the programs of the real node that speak to the API server, at the versions of the
// control plane's module: what both need is compiled once.
package kubernetes

import _ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
