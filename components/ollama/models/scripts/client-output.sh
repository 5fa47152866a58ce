# shellcheck shell=bash
# Functions that read what Ollama's client wrote to `$log`. Recorded output stands beside their tests.

log=${TMPDIR:-/tmp}/client.log
escape=$(printf '\033')
# The client moves the cursor without a terminal too: each frame goes back to where the last one began, and each of its
# lines ends with blanks.
lines() {
    sed "s/$escape\[[0-9]*[AG]/\n/g; s/$escape\[[0-9;?]*[A-Za-z]//g" "$log" | tr '\r' '\n' |
        sed 's/[[:blank:]]*$//; /^$/d'
}
last_line() { lines | tail -n 1; }
# A registry's page may follow the status in the client's last words.
reason() { error=$(lines | sed -n '/^Error: /p' | tail -n 1); echo "${error:-$(last_line)}"; }
