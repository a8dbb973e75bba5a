"""Nodes that are killed, and rolling restarts, under load."""
import http.client
import signal
import threading
import time


class Load:
    """Clients that send requests without a pause, over persistent connections."""

    def __init__(self, ports, clients=8, method="GET"):
        self.ports, self.method = ports, method
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.succeeded, self.failures = 0, []
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def run(self, number):
        connection, turn = None, number
        while not self.stopped.is_set():
            connection, failure, turn = self.send(connection, turn)
            with self.lock:
                if failure is None:
                    self.succeeded += 1
                else:
                    self.failures.append(f"{time.monotonic():.3f} {failure}")

    def send(self, connection, turn):
        """Sends a request as a load balancer does: a connection that is refused, or that was kept and is closed before a
        response, is replaced by another one. The latter only for GET, which may be repeated."""
        for attempt in range(4):
            is_kept = connection is not None
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self.ports[turn % len(self.ports)], timeout=20)
            try:
                try:
                    connection.connect() if connection.sock is None else None
                except ConnectionError:
                    connection, turn = None, turn + 1
                    continue
                if self.method == "GET":
                    connection.request("GET", "/greeter/hello?name=Ada")
                else:
                    connection.request("POST", "/greeter/hello", b'{"name":"Ada"}', {"Content-Type": "application/json"})
                response = connection.getresponse()
                body = response.read()
                if response.will_close:
                    connection, turn = None, turn + 1
                if response.status != 200:
                    return connection, f"{response.status} {body[:200]}", turn
                return connection, None, turn
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
                connection, turn = None, turn + 1
                if not is_kept or self.method != "GET":
                    return None, repr(error), turn
            except (OSError, http.client.HTTPException) as error:
                return None, repr(error), turn + 1
        return None, "no gateway accepts connections", turn


def check_killed_node(system):
    """Kills one of two nodes under load. Of the requests that may not be repeated, those that the node was handling fail; of the
    others, none."""
    system.start_registry()
    results = []
    for method, clients in (("GET", 8), ("POST", 8)):
        nodes = [system.start_greeter() for _ in range(2)]
        gateway, port = system.start_gateway()
        with Load([port], clients, method) as load:
            time.sleep(system.seconds / 3)
            before = load.succeeded
            system.end(nodes[0], signal.SIGKILL)
            time.sleep(system.seconds)
        assert load.succeeded > before > 0, "the load did not go on"
        limit = 0 if method == "GET" else clients
        assert len(load.failures) <= limit, f"{method}: {len(load.failures)} failures: {load.failures[:5]}"
        results.append(f"{method}: {load.succeeded} succeeded, {len(load.failures)} failed")
        system.end(gateway)
        system.end(nodes[1])
    return "; ".join(results)


def check_rolling_restart(system):
    """Restarts both nodes and both gateways one after the other under load: no request fails."""
    system.start_registry()
    nodes = [system.start_greeter() for _ in range(2)]
    gateways = [system.start_gateway() for _ in range(2)]
    with Load([port for _, port in gateways]) as load:
        time.sleep(system.seconds / 3)
        for index, node in enumerate(nodes):
            replacement = system.start_greeter()
            status = system.end(node)
            assert status == 0, f"the node has exited with {status}"
            nodes[index] = replacement
            time.sleep(system.seconds / 6)
        nodes_end = load.succeeded
        for process, port in gateways:
            status = system.end(process)
            assert status == 0, f"the gateway has exited with {status}"
            system.start_gateway(port)
            time.sleep(system.seconds / 6)
    assert not load.failures, f"{len(load.failures)} of {load.succeeded} failed: {load.failures[:5]}"
    return f"{load.succeeded} requests, {nodes_end} of them during the restarts of the nodes: none failed"
