#!/usr/bin/env python3
"""Calls a service and publishes an event through a sidecar: only the standard library is needed.

    python3 client.py John
"""
import json
import os
import sys
import urllib.error
import urllib.request

SIDECAR = "http://" + os.environ.get("MICRO_SIDECAR_ADDRESS", "127.0.0.1:8081")
TOKEN = os.environ.get("MICRO_SIDECAR_TOKEN")


def send(method, path, value=None, headers={}):
    """Sends a request, and returns the JSON of the response; raises RuntimeError with the error of the service."""
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(SIDECAR + path, data=body, method=method)
    request.add_header("Content-Type", "application/json")
    if TOKEN:
        request.add_header("Authorization", "Bearer " + TOKEN)
    for name, text in headers.items():
        request.add_header(name, text)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        detail = json.loads(error.read())
        raise RuntimeError(f"{detail['code']} {detail['id']}: {detail['detail']}") from None


if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else "World"
    # The path names the service, without its prefix go.micro.srv, and the endpoint.
    print(send("POST", "/shop/say/hello", {"name": name}, {"X-Tenant": "acme"}))
    # Any service can be called by its name.
    print(send("POST", "/rpc", {"service": "go.micro.srv.shop", "endpoint": "Say.Hello", "request": {"name": name}}))
    try:
        send("POST", "/shop/say/hello", {})
    except RuntimeError as error:
        print("error:", error)
    send("POST", "/broker?topic=user.created", {"name": name})
    print("services:", sorted({service["name"] for service in send("GET", "/registry")}))
