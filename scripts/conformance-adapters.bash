# Sourced by scripts that run the conformance suite for every adapter.

# Runs `micro conformance` for every adapter, in the order of the table of results. A report for each is written to
# $CONFORMANCE_REPORTS, if that is set. Returns 1 if one of them failed.
run_adapters() { # MICRO CONSUL ETCD NATS NATS_WEBSOCKET RABBITMQ KUBERNETES ARGUMENTS…, with addresses HOST:PORT
    local micro=$1 consul=$2 etcd=$3 nats=$4 websocket=$5 rabbitmq=$6 kubernetes=$7 status=0 number=10
    shift 7
    local arguments=("$@")

    run() { # ARGUMENTS…
        local report=()
        number=$((number + 1))
        [[ -z ${CONFORMANCE_REPORTS:-} ]] || report=(--format json --output "$CONFORMANCE_REPORTS/$number.json")
        "$micro" conformance "$@" ${report[@]+"${report[@]}"} ${arguments[@]+"${arguments[@]}"} || status=1
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
    return $status
}
