// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroMemory
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MemoryTransportTests {
    private let backend = MemoryBackend()
    private var transport: MemoryTransport { MemoryTransport(backend: backend) }
    private let address = Address(host: "127.0.0.1", port: 7)

    private func request(_ text: String = "hi", within limit: Duration = .seconds(30)) -> TransportRequest {
        TransportRequest(
            service: "svc", endpoint: "E", contentType: "text/plain", body: ByteBuffer(string: text),
            deadline: .now + limit)
    }

    private func withListener(
        _ handler: @escaping TransportHandler, _ body: (any TransportListener) async throws -> Void
    ) async throws {
        let listener = try await transport.bind(to: address)
        let task = Task { try await listener.run(handler) }
        try await body(listener)
        await listener.drain(deadline: .now)
        try await task.value
    }

    @Test func callReturnsResponse() async throws {
        try await withListener {
            TransportResponse(contentType: $0.contentType, body: $0.body)
        } _: { _ in
            let response = try await transport.call(request(), to: address)
            #expect(String(buffer: response.body) == "hi")
        }
    }

    @Test func callsWaitUntilTheListenerRuns() async throws {
        let listener = try await transport.bind(to: address)
        async let response = transport.call(request(), to: address)
        let task = Task { try await listener.run { _ in TransportResponse(contentType: "late") } }
        #expect(try await response.contentType == "late")
        await listener.drain(deadline: .now)
        try await task.value
    }

    @Test func callWithoutListenerIsUnavailable() async throws {
        await #expect { try await transport.call(request(), to: address) } throws: {
            ($0 as? MicroError)?.code == .unavailable && ($0 as? MicroError)?.isSafeToRetry == true
        }
    }

    @Test func bindingUsedAddressFails() async throws {
        let listener = try await transport.bind(to: address)
        await #expect { try await transport.bind(to: address) } throws: { ($0 as? MicroError)?.code == .unavailable }
        #expect(try await transport.bind(to: Address(host: "127.0.0.1", port: 0)).address.port != 0)
        await listener.drain(deadline: .now)
        _ = try await transport.bind(to: address)
    }

    @Test func errorsKeepTheirCode() async throws {
        try await withListener { _ in
            throw MicroError(.permissionDenied, "no")
        } _: { _ in
            await #expect { try await transport.call(request(), to: address) } throws: {
                let error = $0 as? MicroError
                return error?.code == .permissionDenied && error?.origin == "svc" && error?.message == "no"
            }
        }
    }

    @Test func deadlineAndCancellationReachTheHandler() async throws {
        let cancelled = Counter()
        try await withListener { _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.add() }
            return TransportResponse(contentType: "")
        } _: { _ in
            await #expect { try await transport.call(request(within: .milliseconds(50)), to: address) } throws: {
                ($0 as? MicroError)?.code == .deadlineExceeded
            }
            #expect(await eventually { cancelled.value == 1 })
            let call = Task { try await transport.call(request(), to: address) }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
    }

    @Test func drainFinishesRunningCallsAndRejectsNewOnes() async throws {
        let (gate, inside) = (AsyncStream.makeStream(of: Void.self), Counter())
        let listener = try await transport.bind(to: address)
        let running = Task {
            try await listener.run { request in
                inside.add()
                for await _ in gate.stream {}
                return TransportResponse(contentType: request.contentType)
            }
        }
        let call = Task { try await transport.call(request(), to: address) }
        #expect(await eventually { inside.value == 1 })
        let drain = Task { await listener.drain(deadline: .now + .seconds(30)) }
        #expect(
            await eventually {
                (try? await transport.call(request(within: .milliseconds(1)), to: address)) == nil && inside.value == 1
            })
        await #expect { try await transport.call(request(), to: address) } throws: {
            ($0 as? MicroError)?.isSafeToRetry == true
        }
        gate.continuation.finish()
        #expect(try await call.value.contentType == "text/plain")
        await drain.value
        try await running.value
    }

    @Test func drainCancelsCallsAtDeadline() async throws {
        let inside = Counter()
        try await withListener { _ in
            inside.add()
            try await Task.sleep(for: .seconds(60))
            return TransportResponse(contentType: "")
        } _: { listener in
            let call = Task { try await transport.call(request(), to: address) }
            #expect(await eventually { inside.value == 1 })
            await listener.drain(deadline: .now + .milliseconds(20))
            await #expect { try await call.value } throws: { ($0 as? MicroError)?.code == .unavailable }
        }
    }

    @Test func bodiesAreLimited() async throws {
        let limit = MemoryTransport.Configuration().maxBodySize
        try await withListener {
            TransportResponse(contentType: "", body: ByteBuffer(repeating: 0, count: $0.body.readableBytes + 1))
        } _: { _ in
            for size in [limit, limit + 1] {
                var large = request()
                large.body = ByteBuffer(repeating: 0, count: size)
                await #expect { try await transport.call(large, to: address) } throws: {
                    ($0 as? MicroError)?.code == .payloadTooLarge
                }
            }
        }
    }

    @Test func closedTransportRejectsOperations() async throws {
        let transport = transport
        _ = try await transport.bind(to: address)
        await transport.close()
        await transport.close()
        await #expect { try await transport.bind(to: address) } throws: { ($0 as? MicroError)?.code == .closed }
        _ = try await self.transport.bind(to: address)
    }
}
