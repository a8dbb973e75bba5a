#!/bin/sh
# Calls a service, registers another one and publishes an event through a sidecar: curl is all it needs.
#
#     ./client.sh John
set -eu
sidecar="http://${MICRO_SIDECAR_ADDRESS:-127.0.0.1:8081}"
name="${1:-World}"

send() {
	if [ -n "${MICRO_SIDECAR_TOKEN:-}" ]; then set -- -H "Authorization: Bearer $MICRO_SIDECAR_TOKEN" "$@"; fi
	curl --silent --show-error --max-time 10 -H "Content-Type: application/json" "$@"
}

send -d "{\"name\":\"$name\"}" "$sidecar/shop/say/hello" && echo
send -d "{\"service\":\"go.micro.srv.shop\",\"endpoint\":\"Say.Hello\",\"request\":{\"name\":\"$name\"}}" "$sidecar/rpc" && echo

record='{"name":"go.micro.srv.static","nodes":[{"id":"static-1","address":"127.0.0.1","port":9099}]}'
send -d "$record" "$sidecar/registry?ttl=30s"
send "$sidecar/registry?service=go.micro.srv.static" && echo
send -X DELETE -d "$record" "$sidecar/registry"

send -d "{\"name\":\"$name\"}" "$sidecar/broker?topic=user.created"
