"""HTTP/2 over TLS under the load generator of nghttp2."""
import re
import subprocess

from .system import free_port, require, wait_until


def check(system):
    """Sends requests over 16 connections with 16 streams each."""
    h2load, openssl = require("h2load", "nghttp2-client"), require("openssl", "openssl")
    system.start_registry()
    system.start_greeter()
    certificate, key = system.folder / "cert.pem", system.folder / "key.pem"
    subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key),
            "-out", str(certificate),
        ], check=True, stderr=subprocess.DEVNULL)
    port = free_port()
    system.start("gateway", [
        str(system.programs / "micro"), "api", f"--address=127.0.0.1:{port}", "--access-log=none", "--enable-tls",
        f"--tls-cert-file={certificate}", f"--tls-key-file={key}"])
    url = f"https://127.0.0.1:{port}/greeter/hello?name=Ada"

    def load(count, clients, streams):
        result = subprocess.run(
            [h2load, "-n", str(count), "-c", str(clients), "-m", str(streams), url], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=300)
        return result.stdout

    wait_until(lambda: "status codes: 1 2xx" in load(1, 1, 1), "the gateway serves HTTP/2")
    output = load(10_000, 16, 16)
    counts = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
    assert counts and counts.groups() == ("10000", "0", "0", "0"), f"not all requests succeeded:\n{output}"
    assert "Application protocol: h2" in output, f"not HTTP/2:\n{output}"
    rate = re.search(r"finished in [^,]*, ([0-9.]+) req/s", output)
    return f"10000 of 10000 requests succeeded over HTTP/2, {rate.group(1) if rate else '?'} per second"
