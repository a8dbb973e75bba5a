// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import InMemoryTracing
import Instrumentation
import Logging
import MicroCore
import NIOCore
import ServiceLifecycle
import TestServers
import TestSupport
import Testing
import Tracing

@testable import MicroEdge

/// A running server on a free port.
@Suite(.blocking, .timeLimit(.minutes(1))) struct EdgeServerTests {
    private func withServer(
        _ change: (inout EdgeConfiguration) -> Void = { _ in }, readiness: [ReadinessCheck] = [],
        handler: @escaping @Sendable (Request, EdgeContext) async throws -> Response = Self.echo,
        _ body: (Int) async throws -> Void
    ) async throws {
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        change(&configuration)
        let server = try EdgeServer(
            configuration: configuration, readiness: readiness, logger: LogRecorder().logger, handler: handler)
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            try await body(#require(try await server.listeningAddress().port))
            group.cancelAll()
        }
    }

    /// Echoes the body, or fails depending on the path.
    @Sendable private static func echo(_ request: Request, _ context: EdgeContext) async throws -> Response {
        switch context.path.segments.first {
        case "fail": throw MicroError(.permissionDenied, "not you", origin: "svc")
        case "bug": throw TestServerError(description: "secret detail")
        case "slow":
            try await Task.sleep(for: .seconds(60))
            return Response(status: .ok)
        default:
            let body = try await request.body.collect(upTo: 1 << 20)
            return Response(status: .ok, body: .init(byteBuffer: body))
        }
    }

    /// Responds after the whole body was received.
    @Sendable private static func readBody(_ request: Request, _ context: EdgeContext) async throws -> Response {
        _ = try await request.body.collect(upTo: 1 << 20)
        return .text("reached")
    }

    private func send(
        _ port: Int, _ line: String = "GET /", _ headers: [String] = [], body: String = ""
    ) throws -> RawHTTPResponse? {
        let fields =
            ["Host: test", "Connection: close"] + headers + (body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"])
        return try .exchange("\(line) HTTP/1.1\r\n\(fields.joined(separator: "\r\n"))\r\n\r\n\(body)", port: port)
    }

    private func code(_ response: RawHTTPResponse?) -> Int? { (response?.json as? [String: Any])?["code"] as? Int }

    @Test func errorsAreJSONWithTheirStatus() async throws {
        try await withServer { port in
            let denied = try send(port, "GET /fail")
            #expect(denied?.status == 403 && code(denied) == 403)
            #expect(denied?.headers["content-type"] == "application/json")
            #expect((denied?.json as? [String: Any])?["id"] as? String == "svc")
            let bug = try send(port, "GET /bug")
            #expect(bug?.status == 500 && bug?.body.contains("secret detail") == false)
            let path = try send(port, "GET /a/../b")
            #expect(path?.status == 400 && code(path) == 400)
        }
    }

    /// A client would read the body as the next response on the connection.
    @Test func responseThatCannotHaveABodyHasNone() async throws {
        try await withServer { _ in
        } handler: { _, context in
            var response = Response.text("text")
            if context.path.segments == ["none"] { response.status = .noContent }
            return response
        } _: { (port) async throws in
            for (line, status) in [("HEAD /", 200), ("HEAD /healthz", 200), ("HEAD /a/../b", 400)] {
                let response = try send(port, line)
                #expect(response?.status == status && response?.body == "", "\(line)")
                #expect((response?.headers["content-length"]).flatMap { Int($0) } ?? 0 > 0, "\(line)")
            }
            let none = try send(port, "GET /none")
            #expect(none?.status == 204 && none?.body == "")
        }
    }

    @Test(arguments: ["https://app.example", "https://other.example"])
    func policyReplacesCORSFieldsOfTheResponse(_ origin: String) async throws {
        try await withServer(
            { $0.cors = CORSPolicy(origins: ["https://app.example"]) },
            handler: { _, _ in
                Response(
                    status: .ok,
                    headers: [.accessControlAllowOrigin: "*", .accessControlAllowCredentials: "true"])
            },
            { (port) async throws in
                let response = try send(port, "GET /", ["Origin: \(origin)"])
                let allowed = origin == "https://app.example" ? origin : nil
                #expect(response?.headers["access-control-allow-origin"] == allowed)
                #expect(response?.headers["access-control-allow-credentials"] == nil)
            })
    }

    @Test func validRequestIDIsKeptAndOthersAreReplaced() async throws {
        try await withServer { port in
            #expect(try send(port, "GET /", ["X-Request-Id: abc-1"])?.headers["x-request-id"] == "abc-1")
            let made = try send(port, "GET /", ["X-Request-Id: <script>"])?.headers["x-request-id"]
            #expect(made?.count == 32)
        }
    }

    @Test func requestsBeyondLimitsGetTheirStatus() async throws {
        try await withServer {
            $0.limits.maxBodySize = 10
            $0.limits.maxTargetLength = 100
            $0.limits.maxHeaderSize = 1024
        } _: { (port) async throws in
            #expect(try send(port, "POST /", body: "0123456789")?.body == "0123456789")
            #expect(code(try send(port, "POST /", body: "0123456789a")) == 413)
            #expect(code(try send(port, "GET /" + String(repeating: "a", count: 100))) == 414)
            let large = try send(port, "GET /", ["X: " + String(repeating: "a", count: 2000)])
            #expect(large?.status == 400 || large?.status == 431)
        }
    }

    @Test func requestWithoutResponseTimesOut() async throws {
        try await withServer {
            $0.limits.requestTimeout = .milliseconds(200)
        } _: { (port) async throws in
            #expect(code(try send(port, "GET /slow")) == 408)
            // The body never arrives.
            let stalled = try RawHTTPResponse.exchange(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\na", port: port)
            #expect(code(stalled) == 408)
        }
    }

    @Test func excessRequestsAreRejected() async throws {
        let gate = AsyncGate()
        try await withServer {
            $0.limits.maxConcurrentRequests = 1
        } handler: { _, _ in
            await gate.pass()
            return Response(status: .ok)
        } _: { (port) async throws in
            async let first = send(port, "GET /a")
            #expect(await eventually { gate.arrivals == 1 })
            let rejected = try send(port, "GET /b")
            #expect(code(rejected) == 503 && rejected?.headers["retry-after"] != nil)
            gate.open()
            #expect(try await first?.status == 200)
        }
    }

    @Test func rateLimitIsPerClient() async throws {
        try await withServer {
            $0.rateLimit = RateLimit(requestsPerSecond: 0.01, burst: 1)
            $0.trustedProxies = ["127.0.0.1"]
        } _: { (port) async throws in
            #expect(try send(port, "GET /", ["X-Forwarded-For: 192.0.2.1"])?.status == 200)
            let rejected = try send(port, "GET /", ["X-Forwarded-For: 192.0.2.1"])
            #expect(code(rejected) == 429 && rejected?.headers["retry-after"] != nil)
            #expect(try send(port, "GET /", ["X-Forwarded-For: 192.0.2.2"])?.status == 200)
            #expect(try send(port, "GET /healthz")?.status == 200)
        }
    }

    @Test func credentialsAreRequired() async throws {
        try await withServer {
            $0.authenticators = [APIKeyAuthenticator(keys: ["ada": Secret("k1")]), BasicAuthenticator(users: [:])]
        } handler: { _, context in
            .text(context.identity?.name ?? "nobody")
        } _: { (port) async throws in
            let rejected = try send(port)
            #expect(code(rejected) == 401 && rejected?.headers["www-authenticate"] != nil)
            #expect(code(try send(port, "GET /", ["Authorization: Bearer k2"])) == 401)
            #expect(try send(port, "GET /", ["Authorization: Bearer k1"])?.body == "ada")
            #expect(try send(port, "GET /readyz")?.status == 200)
        }
    }

    @Test func readinessNamesWhatIsMissing() async throws {
        let check = ReadinessCheck("registry") { "cannot be read" }
        try await withServer(readiness: [check]) { port in
            #expect(try send(port, "GET /healthz")?.status == 200)
            let ready = try send(port, "GET /readyz")
            #expect(ready?.status == 503 && ready?.body == "registry: cannot be read\n")
        }
    }

    @Test func metricsCountResponses() async throws {
        try await withServer { port in
            _ = try send(port, "GET /fail")
            _ = try send(port, "GET /")
            let text = try send(port, "GET /metrics")?.body ?? ""
            #expect(text.contains("micro_http_server_requests_total{status=\"403\"} 1\n"))
            #expect(text.contains("micro_http_server_request_duration_seconds_count 2\n"))
        }
    }

    /// Requests that servers and proxies are known to read differently (RFC 9112, sections 6 and 11).
    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\rX: b\n\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    ])
    func ambiguousRequestsAreRejected(_ request: String) async throws {
        try await withServer(handler: Self.readBody) { port in
            let response = try RawHTTPResponse.exchange(request, port: port)
            #expect(response == nil || response?.status == 400, "\(String(describing: response))")
        }
    }

    @Test(arguments: ["0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"])
    func nonLoopbackAddressRequiresAuthentication(_ address: String) throws {
        var configuration = EdgeConfiguration()
        configuration.address = address
        let error = #expect(throws: MicroError.self) {
            try EdgeServer(configuration: configuration) { _, _ in .text("") }
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("authentication") == true)
        configuration.allowsAnonymousAccess = true
        #expect(throws: Never.self) { try EdgeServer(configuration: configuration) { _, _ in .text("") } }
    }

    @Test func invalidFilesAndNetworksFailAtStart() throws {
        var configuration = EdgeConfiguration()
        configuration.tls = .init(certificateFile: "/nowhere/a.pem", keyFile: "/nowhere/a.key")
        let error = #expect(throws: MicroError.self) {
            try EdgeServer(configuration: configuration) { _, _ in .text("") }
        }
        #expect(error?.message.contains("/nowhere/a.pem") == true)
        configuration.tls = nil
        configuration.trustedProxies = ["10/8/1"]
        #expect(throws: MicroError.self) { try EdgeServer(configuration: configuration) { _, _ in .text("") } }
    }

    @Test func portInUseIsReported() async throws {
        try await withServer { port in
            var configuration = EdgeConfiguration()
            configuration.address = "127.0.0.1:\(port)"
            let second = try EdgeServer(configuration: configuration, logger: LogRecorder().logger) { _, _ in .text("")
            }
            let error = await #expect(throws: MicroError.self) { try await second.run() }
            #expect(error?.code == .unavailable && error?.message.contains("127.0.0.1:\(port)") == true)
        }
    }

    /// Hummingbird can deadlock if it is cancelled in a task with a preferred executor. That needs a race, so this test counts
    /// the jobs that the server runs on the executor.
    @Test func serverDoesNotInheritThePreferredExecutorOfItsCaller() async throws {
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        let server = try EdgeServer(configuration: configuration, logger: LogRecorder().logger) { _, _ in .text("") }
        let executor = CountingExecutor()
        let running = Task(executorPreference: executor) { try await server.run() }
        _ = try await server.listeningAddress()
        #expect(executor.jobs.value == 1)
        running.cancel()
        try await running.value
    }

    @Test func requestOfADisconnectedClientIsCancelled() async throws {
        let hanging = HangingHandler()
        try await withServer(
            { $0.limits.requestTimeout = .seconds(300) },
            handler: { _, _ in try await hanging.respond() },
            { (port) async throws in
                let socket = try RawSocket(port: port)
                socket.write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".utf8)
                #expect(await eventually { hanging.requests.value == 1 })
                #expect(hanging.cancellations.value == 0)
                socket.shutDown()
                #expect(await eventually { hanging.cancellations.value == 1 })
            })
    }

    @Test func shutdownFinishesRunningRequests() async throws {
        let gate = AsyncGate()
        var configuration = EdgeConfiguration()
        configuration.address = "127.0.0.1:0"
        let logger = LogRecorder().logger
        let server = try EdgeServer(configuration: configuration, logger: logger) { _, _ in
            await gate.pass()
            return .text("done")
        }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        let running = Task { try await group.run() }
        let port = try #require(try await server.listeningAddress().port)
        async let response = send(port)
        #expect(await eventually { gate.arrivals == 1 })
        await group.triggerGracefulShutdown()
        #expect(await eventually { (try? RawSocket(port: port)) == nil })
        gate.open()
        #expect(try await response?.body == "done")
        try await running.value
    }

    /// SwiftNIO ends the process if a server drops a connection that it has just accepted.
    @Test func connectionsThatArriveDuringCancellationAreClosed() async throws {
        for _ in 0..<100 {
            var sockets: [RawSocket] = []
            try await withServer { port in
                for _ in 0..<8 { sockets.append(try RawSocket(port: port)) }
            }
            for socket in sockets { #expect([.end, .reset].contains(socket.read(within: .seconds(10)))) }
        }
    }

    @Test func onlyAllowedClientsAreServed() async throws {
        try await withServer {
            $0.allowedClients = ["10.0.0.0/8"]
            $0.trustedProxies = ["127.0.0.1"]
        } _: { (port) async throws in
            #expect(try send(port)?.status == 403)
            #expect(try send(port, "GET /", ["X-Forwarded-For: 192.0.2.1"])?.status == 403)
            #expect(try send(port, "GET /", ["X-Forwarded-For: 10.1.2.3, 192.0.2.1"])?.status == 403)
            #expect(try send(port, "GET /", ["X-Forwarded-For: 192.0.2.1, 10.1.2.3"])?.status == 200)
            #expect(try send(port, "GET /healthz")?.status == 200)
        }
        var configuration = EdgeConfiguration()
        configuration.allowedClients = ["10.0.0.0/40"]
        #expect(throws: MicroError.self) {
            try EdgeServer(configuration: configuration) { _, _ in Response(status: .ok) }
        }
    }

    @Test func requestsHaveSpans() async throws {
        let tracer = InMemoryTracer()
        try await withServer {
            $0.tracer = tracer
        } _: { (port) async throws in
            let parent = tracer.startSpan("client")
            var fields: [String: String] = [:]
            tracer.inject(parent.context, into: &fields, using: DictionaryInjector())
            let headers = fields.map { "\($0.key): \($0.value)" }
            #expect(try send(port, "GET /fail?token=secret", headers)?.status == 403)
            #expect(try send(port, "GET /bug")?.status == 500)
            let spans = tracer.finishedSpans
            #expect(spans.map(\.operationName) == ["GET", "GET"] && spans.allSatisfy { $0.kind == .server })
            #expect(spans.first?.traceID == parent.traceID && spans.last?.traceID != parent.traceID)
            #expect(spans.first?.parentSpanID == parent.spanID)
            #expect(spans.first?.attributes.get("url.path") == .string("/fail"))
            #expect(spans.map { $0.attributes.get("http.response.status_code") } == [.int64(403), .int64(500)])
            #expect(spans.map { $0.status?.code } == [nil, .error])
        }
    }
}

private struct DictionaryInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
}

/// Runs jobs on the global executor, and counts them.
private final class CountingExecutor: TaskExecutor {
    let jobs = Counter()

    func enqueue(_ job: consuming ExecutorJob) {
        jobs.add()
        globalConcurrentExecutor.enqueue(job)
    }
}
