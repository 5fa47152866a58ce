# shellcheck shell=bash
# Creates the model MODEL from a Modelfile, once its base model BASE is there.
. ./prelude.sh

# Its pull is a Job of its own, which `pulumi up` does not have to wait for.
until ollama show "$BASE" > /dev/null 2>&1; do
    waiting=$((${waiting:-0} + 5))
    [ "$waiting" -lt "$WAIT_SECONDS" ] || fail "$MODEL: its base model $BASE is not there, see the Job of $BASE"
    sleep 5
done

echo "creating $MODEL from $BASE"
ollama create "$MODEL" -f "${MODELFILE:-/modelfile/Modelfile}" > "$log" 2>&1 || fail "$MODEL: $(reason)"
# A client whose server was killed ends with 0 too, and an older model of this name would still be there.
[ "$(last_line)" = success ] || fail "$MODEL: not created, last line: $(last_line)"
ollama show "$MODEL" > /dev/null 2>&1 || fail "$MODEL: created, but the server does not have it"
echo "$MODEL is there"
