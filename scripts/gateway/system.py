"""Processes of a check: a registry, services and gateways on free ports."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Skipped(Exception):
    """A check whose tools are missing."""


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def require(program, package):
    """The path of a program; skips the check without it."""
    path = shutil.which(program)
    if path is None:
        raise Skipped(f"{program} is not installed; Debian: apt-get install {package}")
    return path


def wait_until(condition, what, seconds=30):
    """Waits until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def status(url, body=None, headers=None):
    """The status of a request; 0 without a response."""
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            response.read()
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class System:
    """Starts processes, and ends them with the check."""

    def __init__(self, programs, seconds, registry):
        self.programs = pathlib.Path(programs)
        self.seconds = seconds
        self.registry = registry
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("MICRO_")}
        self.processes = []

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="check-gateway-"))
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, command, **environment):
        """Starts a process, whose output is written to a log."""
        log = open(self.folder / f"{len(self.processes)}-{name}.log", "wb")
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=self.environment | environment)
        self.processes.append(process)
        return process

    def end(self, process, with_signal=signal.SIGTERM, seconds=45):
        """Ends a process, and returns its exit status."""
        if process.poll() is None:
            process.send_signal(with_signal)
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def print_logs(self):
        """Prints the ends of all logs."""
        for log in sorted(self.folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            print(f"--- {log.name}", *lines[-15:], sep="\n", file=sys.stderr)

    def start_example(self, *options):
        """Starts gateway-example, and returns its port."""
        port = free_port()
        self.start("example", [str(self.programs / "gateway-example"), f"--address=127.0.0.1:{port}", *options])
        url = f"http://127.0.0.1:{port}/people/Ada"
        wait_until(lambda: status(url) == 200, "gateway-example serves")
        return port

    def start_registry(self):
        """Starts Consul or etcd, and selects it as the registry of the processes that follow."""
        program = shutil.which(self.registry)
        if program is None:
            raise Skipped(f"{self.registry} is not installed")
        address = self.start_consul(program) if self.registry == "consul" else self.start_etcd(program)
        self.environment |= {"MICRO_REGISTRY": self.registry, "MICRO_REGISTRY_ADDRESS": address}

    def start_etcd(self, etcd):
        """Starts a member of etcd, and returns its address."""
        client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.start("etcd", [
            etcd, f"--data-dir={self.folder / 'etcd'}", f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}", f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}"])
        wait_until(lambda: status(f"{client}/health") == 200, "etcd serves")
        return client.removeprefix("http://")

    def start_consul(self, consul):
        """Starts an agent of Consul, and returns its address."""
        ports = [free_port() for _ in range(4)]
        self.start("consul", [
            consul, "agent", "-dev", "-bind=127.0.0.1", f"-http-port={ports[0]}", "-grpc-port=-1", "-dns-port=-1",
            f"-server-port={ports[1]}", f"-serf-lan-port={ports[2]}", f"-serf-wan-port={ports[3]}"])
        address = f"127.0.0.1:{ports[0]}"
        wait_until(lambda: status(f"http://{address}/v1/catalog/nodes") == 200, "Consul serves")
        return address

    def start_greeter(self):
        """Starts a node of the service go.micro.api.greeter, and waits until it is registered."""
        port = free_port()
        process = self.start(
            "greeter", [str(self.programs / "greeter-server"), f"--address=127.0.0.1:{port}"],
            MICRO_SERVER_NAME="go.micro.api.greeter", MICRO_HEALTH_ADDRESS=f"127.0.0.1:{free_port()}")
        log = self.folder / f"{len(self.processes) - 1}-greeter.log"
        wait_until(lambda: b"service registered" in log.read_bytes(), "the greeter is registered")
        return process

    def start_gateway(self, port=None):
        """Starts `micro api`, and returns its process and port."""
        port = port or free_port()
        process = self.start(
            "gateway", [str(self.programs / "micro"), "api", f"--address=127.0.0.1:{port}", "--access-log=none"])
        url = f"http://127.0.0.1:{port}/greeter/hello?name=Ada"
        wait_until(lambda: status(url) == 200, "the gateway serves")
        return process, port
