# Functions for scripts that run the conformance suite. To be sourced by bash; `micro` has the path of the command.

failures=

# Runs `micro conformance`. If a case fails, its row is kept for end_conformance.
conform() { # ARGUMENTS…
    local report
    report=$(mktemp)
    "$micro" conformance "$@" | tee "$report" || {
        # A row begins with the ID of the case, and indented lines continue it.
        failures+="micro conformance $*"$'\n'
        failures+=$(awk '/^[A-Z][0-9]+ /{ failed = /  (failed|unexpectedPass)  / } /^$/{ failed = 0 } failed' "$report")$'\n'
    }
    rm "$report"
}

# Prints what has failed, and returns 1 if anything has. To be called last: servers that stop print much.
end_conformance() {
    [[ -z $failures ]] || { printf 'Failed:\n%s' "$failures" >&2; return 1; }
}

# Runs the suite for every adapter, in the order of the table of results. A report for each is written to
# $CONFORMANCE_REPORTS, if that is set.
conform_adapters() { # CONSUL ETCD NATS NATS_WEBSOCKET RABBITMQ KUBERNETES ARGUMENTS…, with addresses HOST:PORT
    local consul=$1 etcd=$2 nats=$3 websocket=$4 rabbitmq=$5 kubernetes=$6 number=10
    shift 6
    local arguments=("$@")

    run() { # ARGUMENTS…
        local report=()
        number=$((number + 1))
        [[ -z ${CONFORMANCE_REPORTS:-} ]] || report=(--format json --output "$CONFORMANCE_REPORTS/$number.json")
        conform "$@" ${report[@]+"${report[@]}"} ${arguments[@]+"${arguments[@]}"}
    }

    run registry --registry memory
    run registry --registry consul --registry-address "$consul"
    run registry --registry etcd --registry-address "$etcd"
    # With the settings KUBERNETES_CACERT and KUBERNETES_TOKEN of the caller.
    run registry --registry kubernetes --registry-address "$kubernetes"
    local delivery address
    for delivery in at-most-once at-least-once; do run broker --broker memory --delivery "$delivery"; done
    for address in "nats://$nats" "ws://$websocket"; do
        for delivery in at-most-once at-least-once; do
            run broker --broker nats --broker-address "$address" --delivery "$delivery"
        done
    done
    for delivery in at-most-once at-least-once; do
        run broker --broker rabbitmq --broker-address "amqp://$rabbitmq" --delivery "$delivery"
    done
    run broker --broker rabbitmq --broker-address "amqp://$rabbitmq" --delivery at-least-once --queue-type quorum
    run broker --broker http
    run transport --transport memory
    run transport --transport http
    run transport --transport nats --transport-address "nats://$nats"
    run transport --transport rabbitmq --transport-address "amqp://$rabbitmq"
}
