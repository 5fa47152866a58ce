#!/usr/bin/env bash
# Writes the kubeconfig of an environment to a file that only this user reads, and tells the next steps where it is.
set -euo pipefail
: "${KUBECONFIG_CONTENT:?the secret KUBECONFIG of this environment is missing}"
: "${PULUMI_BACKEND_URL:?the variable PULUMI_BACKEND_URL of this environment is missing}"
umask 077
printf '%s\n' "$KUBECONFIG_CONTENT" > "$RUNNER_TEMP/kubeconfig"
echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"
