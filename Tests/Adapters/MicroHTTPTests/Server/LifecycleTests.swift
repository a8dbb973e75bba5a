// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import MicroHTTP
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
    @Test("T51 binding an address in use fails") func bindingUsedAddressFails() async throws {
        let transport = HTTPTransport()
        let first = try await transport.bind(to: .local(0))
        let error = try await microError { _ = try await transport.bind(to: first.address) }
        #expect(error.code == .unavailable)
        #expect(
            error.message
                == "cannot listen at \(first.address): the address is in use: choose another one, or port 0 for any free "
                + "port")
        await transport.close()
        // It has never run, and releases the port.
        let second = HTTPTransport()
        let again = try await second.bind(to: first.address)
        #expect(again.address == first.address)
        await second.close()
    }

    @Test(
        "T51 binding an address that is not valid fails",
        arguments: [
            (
                Address(host: "192.0.2.1", port: 0), MicroError.Code.unavailable,
                "the address does not belong to this machine"
            ),
            (Address(host: "no-such-host.invalid", port: 0), .unavailable, "the name cannot be resolved"),
            (Address(host: "", port: 0), .invalidArgument, "expected a host and a port within 0…65535"),
            (Address(host: "127.0.0.1", port: 65536), .invalidArgument, "expected a host and a port within 0…65535"),
            (Address(host: "127.0.0.1", port: -1), .invalidArgument, "expected a host and a port within 0…65535"),
        ])
    func bindingInvalidAddressFails(address: Address, code: MicroError.Code, text: String) async throws {
        let transport = HTTPTransport()
        let error = try await microError { _ = try await transport.bind(to: address) }
        #expect(error.code == code)
        #expect(error.message == "cannot listen at \(address): \(text)")
        await transport.close()
    }

    @Test("binding port 0 chooses a free port and keeps the host", arguments: ["127.0.0.1", "localhost", "0.0.0.0"])
    func portZeroBindsFreePort(host: String) async throws {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: Address(host: host))
        #expect(listener.address.host == host)
        #expect((1...65535).contains(listener.address.port ?? 0))
        let running = Task { try await listener.run(echo) }
        _ = try await transport.call(.test(), to: Address(host: "localhost", port: listener.address.port))
        await transport.close()
        try await running.value
    }

    @Test("calls wait until the listener runs") func callsWaitUntilListenerRuns() async throws {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: .local(0))
        let late = try await microError {
            _ = try await transport.call(.test(timeout: .milliseconds(100)), to: listener.address)
        }
        #expect(late.code == .deadlineExceeded)
        let call = Task { try await transport.call(.test(), to: listener.address) }
        let running = Task { try await listener.run(echo) }
        _ = try await call.value
        let error = try await microError { try await listener.run(echo) }
        #expect(error.code == .closed)
        await transport.close()
        try await running.value
    }

    @Test("T52 a transport can be closed twice, and every later operation fails with closed")
    func closedTransportRejectsOperations() async throws {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: .local(0))
        await transport.close()
        await transport.close()
        for operation in [
            { _ = try await transport.call(.test(), to: .local(9)) }, { _ = try await transport.bind(to: .local(0)) },
            { try await listener.run(echo) },
        ] as [() async throws -> Void] {
            let error = try await microError { try await operation() }
            #expect(error.code == .closed)
        }
    }

    @Test("T41 T52 closing the transport ends the calls in flight and their connections") func closeEndsCallsInFlight()
        async throws
    {
        let requests = ValueCollector<ScriptedRequest?>()
        let server = try ScriptedServer { connection in
            requests.add(try connection.readRequest())
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        let client = HTTPTransport()
        let calls = (0..<10).map { _ in Task { try await client.call(.test(), to: .local(server.port)) } }
        #expect(await eventually { requests.values.count == 10 })
        await client.close()
        for call in calls {
            let error = try await microError { _ = try await call.value }
            #expect(error.code == .closed)
            #expect(!error.isSafeToRetry)
        }
        #expect(await eventually { server.openConnections == 0 })
    }

    /// Runs a server whose handler waits at a gate.
    private func withBlockedHandler(
        _ body: (
            _ listener: any TransportListener, _ client: HTTPTransport, _ gate: AsyncGate,
            _ cancelled: ValueCollector<Bool>,
            _ running: Task<Void, any Error>
        )
            async throws -> Void
    ) async throws {
        let gate = AsyncGate()
        let cancelled = ValueCollector<Bool>()
        let server = HTTPTransport()
        let client = HTTPTransport()
        let listener = try await server.bind(to: .local(0))
        let running = Task {
            try await listener.run { request in
                await withTaskCancellationHandler {
                    await gate.pass()
                } onCancel: {
                    cancelled.add(true)
                }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
        }
        let result: Result<Void, any Error>
        do {
            try await body(listener, client, gate, cancelled, running)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        gate.open()
        await client.close()
        await server.close()
        _ = await running.result
        try result.get()
    }

    @Test("draining finishes calls in flight, refuses new ones and closes idle connections")
    func drainFinishesCallsInFlight()
        async throws
    {
        try await withBlockedHandler { listener, client, gate, cancelled, running in
            let idle = try await RawConnection.open(to: listener.address)
            let half = try await RawConnection.open(to: listener.address)
            let head =
                "POST / HTTP/1.1\r\nMicro-Service: s\r\nMicro-Endpoint: A.B\r\nContent-Length: 2\r\n"
            try await half.send(head + "Expect: 100-continue\r\n\r\n")
            // The response shows that the server is receiving the request.
            #expect(await half.responses(1).count == 1)
            let inFlight = try await RawConnection.open(to: listener.address)
            try await inFlight.send(head + "\r\nhi")
            let call = Task { try await client.call(.test(), to: listener.address) }
            #expect(await eventually { gate.arrivals == 2 })

            let draining = Task { await listener.drain(deadline: .now + .seconds(20)) }
            #expect(await eventually { idle.isClosed })
            // Neither new connections nor new requests are accepted.
            let refused = try await microError { _ = try await client.call(.test(), to: listener.address) }
            #expect(refused.code == .unavailable)
            #expect(refused.isSafeToRetry)
            try await half.send("hi")
            let answer = try #require(await half.responses(2).last)
            let error = MicroError(wireText: try #require(answer["Micro-Error"]), origin: "")
            #expect(answer.status == "HTTP/1.1 200 OK")
            #expect(error.code == .unavailable)
            #expect(error.isSafeToRetry)
            #expect(answer["Connection"] == "close")
            #expect(await eventually { half.isClosed })
            #expect(gate.arrivals == 2)

            gate.open()
            let response = try await call.value
            #expect(response.body == ByteBuffer(string: "{}"))
            let last = try #require(await inFlight.responses(1).first)
            #expect(last.body == "hi")
            #expect(last["Connection"] == "close")
            await draining.value
            try await running.value
            #expect(cancelled.values.isEmpty)
            await listener.drain(deadline: .now)
        }
    }

    @Test("the deadline of draining cancels the handlers that still run") func drainDeadlineCancelsHandlers()
        async throws
    {
        try await withBlockedHandler { listener, client, gate, cancelled, running in
            let call = Task { try await client.call(.test(), to: listener.address) }
            #expect(await eventually { gate.arrivals == 1 })
            // The handler itself would never end.
            let start = ContinuousClock.now
            await listener.drain(deadline: start + .milliseconds(200))
            #expect(ContinuousClock.now - start >= .milliseconds(200))
            #expect(cancelled.values == [true])
            let error = try await microError { _ = try await call.value }
            #expect(error.code == .unavailable)
            #expect(!error.isSafeToRetry)
            try await running.value
        }
    }

    @Test("cancelling run cancels the handlers and closes the connections at once") func cancelledRunClosesConnections()
        async throws
    {
        try await withBlockedHandler { listener, client, gate, cancelled, running in
            let call = Task { try await client.call(.test(), to: listener.address) }
            #expect(await eventually { gate.arrivals == 1 })
            running.cancel()
            try await running.value
            #expect(cancelled.values == [true])
            let error = try await microError { _ = try await call.value }
            #expect(error.code == .unavailable)
            // The port is free again.
            let transport = HTTPTransport()
            _ = try await transport.bind(to: listener.address)
            await transport.close()
        }
    }

    @Test("draining a listener before it runs releases the port, and it cannot run afterwards")
    func drainBeforeRunReleasesPort()
        async throws
    {
        let transport = HTTPTransport()
        let listener = try await transport.bind(to: .local(0))
        await listener.drain(deadline: .now + .seconds(10))
        let again = try await transport.bind(to: listener.address)
        #expect(again.address == listener.address)
        let error = try await microError { try await listener.run(echo) }
        #expect(error.code == .closed)
        await transport.close()
    }
}
