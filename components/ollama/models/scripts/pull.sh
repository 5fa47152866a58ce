# shellcheck shell=bash
# Pulls the model MODEL. Each guard stands for a case that was measured: see its comment.
. ./prelude.sh

# A pull asks the registry even when the model is there: without this a restart offline would fail.
if ollama show "$MODEL" > /dev/null 2>&1; then
    echo "$MODEL is there already"
    exit 0
fi

echo "pulling $MODEL"
ollama pull "$MODEL" > "$log" 2>&1 &
pull=$!
seen="" still=0
while kill -0 "$pull" 2> /dev/null; do
    sleep 5
    line=$(last_line)
    # Speed and remaining time change even while nothing arrives.
    progress=$(echo "$line" | grep -oE '[0-9.]+ [KMGT]?B/ *[0-9.]+ [KMGT]?B|[0-9]+%' | tail -n 1)
    if [ "$progress" != "$seen" ]; then
        echo "$line"
        seen=$progress still=0
    else
        still=$((still + 5))
    fi
    # What comes after the last byte is the server's own work: checksums of a large model take minutes.
    case "$line" in verifying* | writing* | removing*) still=0 ;; esac
    # A registry that freezes leaves the client hanging for ever. What cannot be killed has ended by itself.
    if [ "$still" -ge "$STALL_SECONDS" ] && kill "$pull" 2> /dev/null; then
        fail "$MODEL: no progress for $STALL_SECONDS s at: $line"
    fi
done
wait "$pull" || fail "$MODEL: $(reason)"

# A pull ends with 0 even if the server was killed in the middle.
ollama show "$MODEL" > /dev/null 2>&1 || fail "$MODEL: the pull ended without the model, last line: $(last_line)"
echo "$MODEL is there"
