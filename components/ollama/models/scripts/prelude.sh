# shellcheck shell=bash
# The start of each Job for models, in the image of Ollama. The last words of a failure are the container's
# termination message, which `pulumi up` shows.
. ./client-output.sh

fail() { echo "$1"; echo "$1" > "${TERMINATION_LOG:-/dev/termination-log}"; exit 1; }

# The client does not wait for its server.
until ollama ls > "$log" 2>&1; do
    waited=$((${waited:-0} + 2))
    [ "$waited" -lt 300 ] || fail "$MODEL: no answer from $OLLAMA_HOST: $(reason)"
    sleep 2
done
