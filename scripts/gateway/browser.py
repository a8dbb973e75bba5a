"""Pages in Chromium that use a gateway of another origin: CORS, WebSocket, server-sent events and cookies."""
import functools
import http.server
import importlib.util
import threading

from .system import Skipped, free_port, require

# Each test stores its result in `results`, which the script returns through its last argument, a callback.
SCRIPT = """
const [gateway, socketURL, done] = arguments;
const settled = async (promise) => { try { return await promise } catch (error) { return "blocked" } };
const json = { "Content-Type": "application/json" };
(async () => {
    const results = {};
    results.call = await settled(fetch(gateway + "/hello", { method: "POST", headers: json, body: '{"name":"Ada"}' })
        .then((response) => response.json()).then((value) => value.text));
    results.error = await settled(fetch(gateway + "/hello", { method: "POST", headers: json, body: '{"name":""}' })
        .then((response) => response.status));
    results.requestID = await settled(fetch(gateway + "/people/Ada").then((response) => !!response.headers.get("x-request-id")));
    results.compressed = await settled(fetch(gateway + "/people/Ada?times=500").then((response) => response.json())
        .then((value) => value.text.length));
    results.blob = await settled(fetch(gateway + "/hello", { method: "POST", body: new Blob(['{"name":"Ada"}']) })
        .then((response) => response.status));
    results.cookie = await settled(fetch(gateway + "/session", { credentials: "include" }).then((response) => response.status));
    results.events = await new Promise((resolve) => {
        const values = [];
        const source = new EventSource(gateway + "/greeter/count/up?to=3");
        source.onmessage = (event) => values.push(JSON.parse(event.data).value);
        source.addEventListener("end", () => { source.close(); resolve(values) });
        source.onerror = () => { source.close(); resolve("blocked") };
    });
    results.socket = await new Promise((resolve) => {
        const values = [];
        const socket = new WebSocket(socketURL + "/greeter/count/double?value=1");
        socket.onmessage = (event) => {
            values.push(JSON.parse(event.data).value);
            if (values.length < 3) socket.send(JSON.stringify({ value: values.length * 10 }));
            else socket.close(1000);
        };
        socket.onclose = (event) => resolve(values.length ? [...values, event.code] : "blocked");
    });
    done(results);
})();
"""

ALLOWED = {
    "call": "Hello Ada", "error": 400, "requestID": True, "compressed": 500 * len("Hello Ada") + 499 * 2, "blob": 415,
    "cookie": 200, "events": [0, 1, 2], "socket": [2, 20, 40, 1000],
}
BLOCKED = {name: "blocked" for name in ALLOWED}


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves an empty page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>page</title>")

    def log_message(self, *_):
        pass


def serve_page():
    """Serves the page, and returns its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def differences(found, expected):
    return [f"{name} is {found.get(name)!r} instead of {value!r}" for name, value in expected.items() if found.get(name) != value]


def check(system):
    """Runs the same script in a page of the gateway, of an allowed origin and of another one."""
    if importlib.util.find_spec("selenium") is None:
        raise Skipped("selenium is not installed; PyPI: pip install selenium")
    chromium, driver = require("chromium", "chromium"), require("chromedriver", "chromium-driver")
    from selenium import webdriver
    allowed, other = serve_page(), serve_page()
    gateway = system.start_example(f"--origin=http://localhost:{allowed}")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--user-data-dir={system.folder}/profile"):
        options.add_argument(argument)
    browser = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(executable_path=driver, port=free_port()))
    try:
        browser.set_script_timeout(60)
        faults = []
        run = functools.partial(
            browser.execute_async_script, SCRIPT, f"http://localhost:{gateway}", f"ws://localhost:{gateway}")
        # Pages on localhost are of the same site, so that a strict cookie is stored; only their origins differ.
        for name, port, expected in (("allowed origin", allowed, ALLOWED), ("other origin", other, BLOCKED)):
            browser.get(f"http://localhost:{port}/")
            faults += [f"{name}: {difference}" for difference in differences(run(), expected)]
        browser.get(f"http://localhost:{gateway}/openapi.html")
        cookie = browser.get_cookie("session")
        if not cookie or not cookie["httpOnly"] or cookie["sameSite"] != "Strict":
            faults.append(f"the cookie of the gateway is {cookie}")
        if "/people/{name}" not in browser.page_source:
            faults.append("the page of the routes does not show /people/{name}")
        messages = [entry["message"] for entry in browser.get_log("browser") if "openapi.html" in entry["message"]]
        faults += [f"the page of the routes logged {message}" for message in messages]
        # From a page without a Content Security Policy of the gateway's own origin.
        browser.get(f"http://localhost:{gateway}/people/Ada")
        faults += [f"same origin: {difference}" for difference in differences(run(), {**ALLOWED, "blob": 415})]
        assert not faults, "\n".join(faults)
        return f"{browser.capabilities['browserVersion']}: {len(ALLOWED)} uses from 3 origins, and the page of the routes"
    finally:
        browser.quit()
