# Functions for scripts that run compose files. To be sourced by bash.

# Sets the array `compose` to the command of compose; returns 1 if it is not installed.
find_compose() {
    if docker compose version >/dev/null 2>&1; then compose=(docker compose)
    elif command -v docker-compose >/dev/null; then compose=(docker-compose)
    else return 1; fi
}

# Starts the services of a file and waits until all that have a health check are healthy. docker-compose 1 has no --wait.
compose_up() { # file
    if [[ $("${compose[@]}" -f "$1" up --help) == *--wait* ]]; then
        "${compose[@]}" -f "$1" up -d --wait
        return
    fi
    "${compose[@]}" -f "$1" up -d
    local states start=$SECONDS
    until states=$(COLUMNS=200 "${compose[@]}" -f "$1" ps)
        [[ $states == *"(healthy)"* && $states != *"(health: starting)"* && $states != *"(unhealthy)"* &&
            $states != *"Exit "[1-9]* ]]; do
        ((SECONDS - start < 90)) || { echo "$1: not healthy after 90 s:" >&2; "${compose[@]}" -f "$1" ps >&2; return 1; }
        sleep 1
    done
}
