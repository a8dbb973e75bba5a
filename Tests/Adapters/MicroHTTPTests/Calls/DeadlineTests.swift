// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroHTTP
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct DeadlineTests {
    @Test("T22 the deadline ends a call to a slow handler, which is cancelled") func deadlineEndsCallToSlowHandler()
        async throws
    {
        let cancelled = ValueCollector<Bool>()
        try await withServer { request in
            do {
                try await Task.sleep(for: request.endpoint == "A.Fast" ? .zero : .seconds(60))
            } catch {
                cancelled.add(true)
                throw error
            }
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            // Opens the connection, so that the time limit does not include that.
            _ = try await served.call(.test(endpoint: "A.Fast"))
            let start = ContinuousClock.now
            let error = try await microError { _ = try await served.call(.test(timeout: .milliseconds(300))) }
            let elapsed = ContinuousClock.now - start
            #expect(error.code == .deadlineExceeded)
            #expect(!error.isSafeToRetry)
            #expect(error.message == "greeter Greeter.Hello at \(served.address) did not respond in time")
            #expect(elapsed >= .milliseconds(300))
            #expect(elapsed < .seconds(30))
            // The client closes the connection, which cancels the handler.
            #expect(await eventually { cancelled.values == [true] })
        }
    }

    @Test("a call whose deadline has passed sends nothing") func expiredDeadlineSendsNothing() async throws {
        let server = try ScriptedEchoServer()
        defer { server.stop() }
        try await withClient { client in
            let error = try await microError {
                _ = try await client.call(.test(timeout: .seconds(-1)), to: server.address)
            }
            #expect(error.code == .deadlineExceeded)
            #expect(error.isSafeToRetry)
        }
        #expect(server.acceptedConnections == 0)
    }

    @Test("the deadline ends a call whose connection cannot be opened in time") func deadlineEndsConnecting()
        async throws
    {
        // Connections that are not accepted fill the backlog; later ones get no response.
        let full = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 0).serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        let address = Address.local(full.localAddress?.port ?? 0)
        let accepted = try await RawConnection.open(to: address)
        var configuration = HTTPConfiguration()
        configuration.connectTimeout = .seconds(60)
        try await withClient(configuration) { client in
            let start = ContinuousClock.now
            let error = try await microError {
                _ = try await client.call(.test(timeout: .milliseconds(200)), to: address)
            }
            #expect(error.code == .deadlineExceeded && error.isSafeToRetry)
            #expect(ContinuousClock.now - start < .seconds(30))
        }
        accepted.close()
        try await full.close()
    }

    @Test("a handler is cancelled soon after the deadline if the caller stays connected")
    func handlerIsCancelledAfterDeadline()
        async throws
    {
        let cancelled = Counter()
        try await withServer { request in
            do { try await Task.sleep(for: .seconds(60)) } catch {
                cancelled.add()
                throw error
            }
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            // In nanoseconds.
            try await raw.send(
                "POST / HTTP/1.1\r\nContent-Type: a/b\r\nMicro-Service: s\r\nMicro-Endpoint: A.B\r\nMicro-Id: 1\r\n"
                    + "Timeout: 200000000\r\nContent-Length: 0\r\n\r\n")
            #expect(await raw.responses(1).first?["Micro-Error"]?.contains("\"code\":408") == true, "\(raw.text)")
            #expect(cancelled.value == 1 && !raw.isClosed)
            raw.close()
        }
    }

    @Test("a connection whose call timed out is not reused") func timedOutConnectionIsNotReused() async throws {
        let gate = AsyncGate()
        try await withServer { request in
            if request.endpoint == "A.Slow" { await gate.pass() }
            return TransportResponse(contentType: request.contentType, body: ByteBuffer(string: request.endpoint))
        } body: { served in
            _ = try await served.call(.test(endpoint: "A.Fast"))
            let error = try await microError {
                _ = try await served.call(.test(endpoint: "A.Slow", timeout: .milliseconds(100)))
            }
            #expect(error.code == .deadlineExceeded)
            gate.open()
            for _ in 0..<10 {
                let response = try await served.call(.test(endpoint: "A.Fast"))
                #expect(String(buffer: response.body) == "A.Fast")
            }
        }
    }

    @Test(
        "a deadline in the far future does not overflow", arguments: [Duration.seconds(Int64.max), .seconds(1 << 40)])
    func distantDeadlineDoesNotOverflow(timeout: Duration) async throws {
        try await withServer(handler: echo) { served in _ = try await served.call(.test(timeout: timeout)) }
    }

    @Test(
        "any Timeout header is parsed safely",
        arguments: [
            ("60000000000", 60.0), ("9223372036854775807", 9_223_372_036.86),
            ("99999999999999999999999", 9_223_372_036.86),
            ("-1", 0), ("-99999999999999999999999", 0), ("0", 0), ("", 30), ("abc", 30), ("1.5", 30), ("+5", 30),
            ("-", 30),
            ("٣", 30), ("1 2", 30),
        ])
    func anyTimeoutHeaderIsParsedSafely(text: String, seconds: Double) async throws {
        let seen = ValueCollector<Duration>()
        try await withServer { request in
            seen.add(ContinuousClock.now.duration(to: request.deadline))
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send(
                "POST / HTTP/1.1\r\nMicro-Service: g\r\nMicro-Endpoint: e\r\nTimeout: \(text)\r\n"
                    + "Content-Length: 0\r\n\r\n")
            _ = await raw.responses(1)
            let remaining = try #require(seen.values.first) / .seconds(1)
            #expect(remaining <= seconds)
            // The default is 30 s.
            #expect(remaining > seconds - 25)
            raw.close()
        }
    }

    @Test("a request without Timeout gets the configured default") func missingTimeoutHeaderUsesDefault() async throws {
        var configuration = HTTPConfiguration()
        configuration.defaultRequestTimeout = .seconds(300)
        let seen = ValueCollector<Duration>()
        try await withServer(configuration) { request in
            seen.add(ContinuousClock.now.duration(to: request.deadline))
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let raw = try await RawConnection.open(to: served.address)
            try await raw.send("POST / HTTP/1.1\r\nMicro-Service: g\r\nMicro-Endpoint: e\r\nContent-Length: 0\r\n\r\n")
            _ = await raw.responses(1)
            let remaining = try #require(seen.values.first)
            #expect(remaining <= .seconds(300))
            #expect(remaining > .seconds(240))
            raw.close()
        }
    }

    @Test("T24 a call of a cancelled task sends nothing") func callCancelledBeforeSending() async throws {
        let server = try ScriptedEchoServer()
        defer { server.stop() }
        try await withClient { client in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.call(.test(), to: server.address)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(server.acceptedConnections == 0)
    }

    @Test("T25 cancellation ends a waiting call at once, and then its handler")
    func callCancelledWhileWaiting()
        async throws
    {
        let cancelled = ValueCollector<Bool>()
        let gate = AsyncGate()
        gate.open()
        try await withServer { request in
            await gate.pass()
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                cancelled.add(true)
                throw error
            }
            return TransportResponse(contentType: request.contentType)
        } body: { served in
            let task = Task { try await served.call(.test(timeout: .seconds(60))) }
            #expect(await eventually { gate.arrivals == 1 })
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(await eventually { cancelled.values == [true] })
        }
    }

    @Test("T27 of many calls that are cancelled at any moment, each ends once and leaks no connection")
    func manyCancellationsEndEachCallOnce()
        async throws
    {
        var configuration = HTTPConfiguration()
        configuration.maxConnectionsPerAddress = 300
        let gate = AsyncGate()
        try await withServer(configuration) { request in
            if request.endpoint == "A.Wait" { await gate.pass() }
            return TransportResponse(contentType: request.contentType, body: request.body)
        } body: { served in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<300 { group.addTask { await Self.callEndsAsExpected(number, served) } }
                for await isFine in group { #expect(isFine) }
            }
            // Closed connections are not counted: soon the maximum can be open again.
            #expect(await eventually(within: .seconds(20)) { await Self.canMakeConcurrentCalls(300, gate, served) })
            gate.open()
        }
    }

    /// Whether this number of calls can wait at the gate at the same time.
    private static func canMakeConcurrentCalls(_ count: Int, _ gate: AsyncGate, _ served: TestServer) async -> Bool {
        let failures = ValueCollector<any Error>()
        let before = gate.arrivals
        let calls = (0..<count).map { _ in
            Task {
                do {
                    _ = try await served.call(.test(endpoint: "A.Wait"))
                } catch {
                    failures.add(error)
                }
            }
        }
        _ = await eventually { gate.arrivals == before + count || !failures.values.isEmpty }
        let isFull = failures.values.isEmpty && gate.arrivals == before + count
        for call in calls { call.cancel() }
        for call in calls { await call.value }
        if !isFull { try? await Task.sleep(for: .milliseconds(100)) }
        return isFull
    }

    /// Cancels a call after a number of steps, or lets its deadline pass.
    private static func callEndsAsExpected(_ number: Int, _ served: TestServer) async -> Bool {
        let timeout = Duration.milliseconds(number % 5 == 0 ? 1 : 20_000)
        let task = Task { try await served.call(.test(timeout: timeout)) }
        for _ in 0..<(number % 50) { await Task.yield() }
        if number % 2 == 0 { task.cancel() }
        switch await task.result {
        case .success(let response): return response.body == ByteBuffer(string: "{}")
        case .failure(let error as MicroError): return error.code == .deadlineExceeded && number % 5 == 0
        case .failure(let error): return error is CancellationError
        }
    }
}
