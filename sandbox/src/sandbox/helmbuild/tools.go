//go:build tools

// Package helmbuild names the command that this module is for, so that `go mod tidy` keeps what it needs.
package helmbuild

import _ "helm.sh/helm/v3/cmd/helm"
