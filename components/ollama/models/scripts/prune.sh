# shellcheck shell=bash disable=SC2153 # MODEL and `model` are two variables
# Deletes every model but those in KEEP, once all of MODELS are there.
. ./prelude.sh

# A model that is being pulled has layers on the disk and no manifest yet: a deletion would take shared layers away.
for model in $MODELS; do
    until ollama show "$model" > /dev/null 2>&1; do
        waiting=$((${waiting:-0} + 5))
        [ "$waiting" -lt "$WAIT_SECONDS" ] || fail "nothing is deleted: $model is not there, see its Job"
        sleep 5
    done
done

ollama ls > "$log" 2>&1 || fail "nothing is deleted: $(reason)"
cp "$log" "$log.models"
while read -r name _; do
    # Every model has a tag, so this can only be the heading.
    if [ "$name" = NAME ]; then continue; fi
    case " $KEEP " in
        *" ${name,,} "*) echo "$name stays" ;;
        *)
            ollama rm "$name" > "$log" 2>&1 || fail "$name: $(reason)"
            echo "$name is deleted"
            ;;
    esac
done < "$log.models"
