#!/usr/bin/env python3
"""An app in Python, which needs nothing but the standard library.

Its sidecar registers it as the service go.micro.srv.shop, passes calls on to it, and delivers the events of the topic
user.created:

    micro sidecar --server-name=go.micro.srv.shop --server-address=127.0.0.1:9090 --app-protocol=http \
        --healthcheck-url=http://127.0.0.1:9090/health --subscriptions-path=/subscriptions -- python3 app.py 9090
"""
import http.server
import json
import os
import signal
import sys

TOKEN = os.environ.get("MICRO_SIDECAR_APP_TOKEN")
SUBSCRIPTIONS = [{"topic": "user.created", "path": "/events/user", "deadLetterTopic": "user.failed"}]


class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The header and the body of a response are sent together.
    wbufsize = -1

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.path == "/subscriptions":
            self.answer(200, SUBSCRIPTIONS)
        else:
            self.answer(404, {"detail": "not found"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if TOKEN and self.headers.get("Micro-App-Token") != TOKEN:
            self.answer(401, {"detail": "this app is only called by its sidecar"})
        elif self.path == "/Say.Hello":
            self.say_hello(body)
        elif self.path == "/events/user":
            # 2xx acknowledges the event; 408, 425, 429 and 5xx cause a redelivery; any other status drops it.
            # In one write, so that the lines of the sidecar do not divide it.
            sys.stdout.write(f"event {self.headers.get('Micro-Topic')} {body.decode()}\n")
            sys.stdout.flush()
            self.answer(200, {"status": "SUCCESS"})
        else:
            self.answer(404, {"detail": f"no endpoint {self.path}"})

    def say_hello(self, body):
        try:
            name = json.loads(body)["name"]
        except (ValueError, KeyError, TypeError):
            # An error in go-micro's form: callers get its code and its text.
            self.answer(400, {"id": "shop", "code": 400, "detail": "name is missing", "status": "Bad Request"})
            return
        self.answer(200, {"greeting": f"Hello {name}", "tenant": self.headers.get("X-Tenant", "")})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def stop(number, frame):
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9090
    http.server.ThreadingHTTPServer(("127.0.0.1", port), App).serve_forever()
