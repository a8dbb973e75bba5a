#!/usr/bin/env python3
"""Measures `micro sidecar`: calls through two sidecars beside direct calls, events, memory and start-up time.

The app is a minimal HTTP server in this program's child process, so that the sidecars dominate the time.
"""
import argparse
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

EVENT_PATH = b"/events/load"


class App(asyncio.Protocol):
    """Responds to every request with the same JSON, and counts the events."""

    events = 0

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].lower()
            found = re.search(rb"\r\ncontent-length: *(\d+)", head)
            size = end + 4 + (int(found.group(1)) if found else 0)
            if len(self.buffer) < size:
                return
            self.buffer = self.buffer[size:]
            path = head.split(b" ", 2)[1]
            body = b'{"text":"xxxxxxxxxxxxxxxxxxxx"}'
            if path == EVENT_PATH:
                App.events += 1
            elif path == b"/count":
                body = str(App.events).encode()
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


async def serve(port):
    server = await asyncio.get_running_loop().create_server(App, "127.0.0.1", port)
    await server.serve_forever()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(port, head, body=b""):
    """Sends one request on a connection of its own, and returns the response."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        response = b""
        while part := connection.recv(65536):
            response += part
            found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", response)
            end = response.find(b"\r\n\r\n")
            if end >= 0 and found and len(response) >= end + 4 + int(found.group(1)):
                break
        return response


def wait_for(condition, what):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.02)
    sys.exit(f"sidecar.py: {what} did not happen within 60 s")


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(process, kind="VmRSS"):
    """The resident memory; `RssAnon` is the part that is not the program itself."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(rf"{kind}:\s+(\d+)", file.read()).group(1)) / 1024


class Sidecar:
    """A running sidecar, its port, and the time until it listened."""

    def __init__(self, micro, environment, *options):
        start = time.monotonic()
        self.process = subprocess.Popen(
            [micro, "sidecar", "--address=127.0.0.1:0", "--access-log=none", *options], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            if found := re.search(r"listening on 127\.0\.0\.1:(\d+)", line):
                self.startup, self.port = time.monotonic() - start, int(found.group(1))
                break
        else:
            sys.exit("sidecar.py: micro sidecar has ended")
        # The log must not fill the pipe.
        subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def wrk(url, connections, seconds):
    """Runs `wrk`, and returns the number of requests, their rate, and p50 and p99 in ms."""
    output = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency",
         "--script", "post-json.lua", url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        sys.exit(f"sidecar.py: {url} responded with errors: {output}")

    def milliseconds(percentile):
        value, unit = re.search(rf"{percentile}%\s+([0-9.]+)(us|ms|s)", output).groups()
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    count = int(re.search(r"(\d+) requests in", output).group(1))
    rate = float(re.search(r"Requests/sec:\s+([0-9.]+)", output).group(1))
    return count, rate, milliseconds(50), milliseconds(99)


def measure_calls(app, near, far, seconds):
    print("path callers calls/s p50_ms p99_ms near_CPU_us far_CPU_us")
    for callers in (1, 16, 64):
        for name, url in (("direct", f"http://127.0.0.1:{app}/"),
                          ("sidecars", f"http://127.0.0.1:{near.port}/echo/call")):
            before = cpu_seconds(near.process), cpu_seconds(far.process)
            count, rate, p50, p99 = wrk(url, callers, seconds)
            used = [(after - start) / count * 1e6 for after, start in
                    zip((cpu_seconds(near.process), cpu_seconds(far.process)), before)]
            print(f"{name} {callers} {rate:.0f} {p50:.3f} {p99:.3f} {used[0]:.0f} {used[1]:.0f}", flush=True)


def measure_events(app, sidecar, count):
    def delivered():
        return int(request(app, "GET /count").rsplit(b"\r\n\r\n", 1)[1])

    head = (b"POST /broker?topic=load HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 7\r\n\r\n{\"n\":1}")
    before, cpu = delivered(), cpu_seconds(sidecar.process)
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", sidecar.port), timeout=30) as connection:
        for _ in range(count):
            connection.sendall(head)
            while b"\r\n\r\n" not in connection.recv(65536):
                pass
    wait_for(lambda: delivered() >= before + count, f"the delivery of {count} events")
    took = time.monotonic() - start
    print(f"\nevents/s by POST, published one after the other: {count / took:.0f}, "
          f"sidecar CPU {(cpu_seconds(sidecar.process) - cpu) / count * 1e6:.0f} us")


def measure_subscribers(sidecar, count):
    before, sockets = resident_mib(sidecar.process), []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", sidecar.port), timeout=10)
        connection.sendall(
            b"GET /broker?topic=idle HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        if b" 101 " not in connection.recv(4096):
            sys.exit("sidecar.py: a WebSocket was refused")
        sockets.append(connection)
    after = resident_mib(sidecar.process)
    print(f"memory of {count} WebSocket subscribers: {(after - before) / count * 1024:.1f} KiB each")
    for connection in sockets:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--micro", required=True, help="the program micro, a release build")
    parser.add_argument("--consul", required=True, help="the address of Consul")
    parser.add_argument("--seconds", type=int, default=2, help="the duration of a run")
    parser.add_argument("--events", type=int, default=20000)
    parser.add_argument("--subscribers", type=int, default=1000)
    options = parser.parse_args()

    environment = {name: value for name, value in os.environ.items() if not name.startswith("MICRO_")}
    # Events stay within one sidecar, so that no broker is measured.
    environment |= {
        "MICRO_REGISTRY": "consul", "MICRO_REGISTRY_ADDRESS": options.consul, "MICRO_BROKER": "memory"}
    port, pid = free_port(), os.fork()
    if pid == 0:
        asyncio.run(serve(port))
    sidecars = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            endpoints, subscriptions = f"{folder}/endpoints.json", f"{folder}/subscriptions.json"
            with open(endpoints, "w", encoding="ascii") as file:
                json.dump([{"name": "Echo.Call", "metadata": {"path": "/call"}}], file)
            with open(subscriptions, "w", encoding="ascii") as file:
                json.dump([{"topic": "load"}], file)
            starts = []
            for _ in range(5):
                empty = Sidecar(options.micro, environment)
                starts.append(empty.startup)
                sidecars.append(empty)
                empty.stop()
                sidecars.remove(empty)
            near = Sidecar(options.micro, environment)
            sidecars.append(near)
            far = Sidecar(
                options.micro, environment, "--server-name=go.micro.srv.echo", f"--server-address=127.0.0.1:{port}",
                "--app-protocol=http", f"--server-endpoints={endpoints}", f"--subscriptions={subscriptions}")
            sidecars.append(far)
            wait_for(lambda: b" 200 " in request(near.port, "POST /echo/call", b"{}")[:20], "a call through both sidecars")
            time.sleep(1)
            print(f"start-up {sorted(starts)[2] * 1000:.0f} ms (median of 5), idle memory of both in MiB, of which anonymous: "
                  + ", ".join(f"{resident_mib(each.process):.1f} ({resident_mib(each.process, 'RssAnon'):.1f})"
                              for each in (near, far)) + "\n")
            measure_calls(port, near, far, options.seconds)
            measure_events(port, far, options.events)
            measure_subscribers(near, options.subscribers)
    finally:
        for sidecar in sidecars:
            sidecar.stop()
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
