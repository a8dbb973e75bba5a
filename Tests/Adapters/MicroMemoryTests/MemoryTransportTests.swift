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
    private let place = Address(host: "127.0.0.1", port: 7)

    private func request(_ text: String = "hi", within limit: Duration = .seconds(30)) -> TransportRequest {
        TransportRequest(
            service: "svc", endpoint: "E", contentType: "text/plain", body: ByteBuffer(string: text),
            deadline: .now + limit)
    }

    private func whileListening(
        _ handler: @escaping TransportHandler, _ body: (any TransportListener) async throws -> Void
    ) async throws {
        let listener = try await transport.bind(to: place)
        let task = Task { try await listener.run(handler) }
        try await body(listener)
        await listener.drain(deadline: .now)
        try await task.value
    }

    @Test func aCallIsAnswered() async throws {
        try await whileListening {
            TransportResponse(contentType: $0.contentType, body: $0.body)
        } _: { _ in
            let response = try await transport.call(request(), to: place)
            #expect(String(buffer: response.body) == "hi")
        }
    }

    @Test func callsWaitUntilTheListenerRuns() async throws {
        let listener = try await transport.bind(to: place)
        async let response = transport.call(request(), to: place)
        let task = Task { try await listener.run { _ in TransportResponse(contentType: "late") } }
        #expect(try await response.contentType == "late")
        await listener.drain(deadline: .now)
        try await task.value
    }

    @Test func nobodyListens() async throws {
        await #expect { try await transport.call(request(), to: place) } throws: {
            ($0 as? MicroError)?.code == .unavailable && ($0 as? MicroError)?.isSafeToRetry == true
        }
    }

    @Test func anAddressIsTakenOnce() async throws {
        let listener = try await transport.bind(to: place)
        await #expect { try await transport.bind(to: place) } throws: { ($0 as? MicroError)?.code == .unavailable }
        #expect(try await transport.bind(to: Address(host: "127.0.0.1", port: 0)).address.port != 0)
        await listener.drain(deadline: .now)
        _ = try await transport.bind(to: place)
    }

    @Test func errorsKeepTheirCode() async throws {
        try await whileListening { _ in
            throw MicroError(.permissionDenied, "no")
        } _: { _ in
            await #expect { try await transport.call(request(), to: place) } throws: {
                let error = $0 as? MicroError
                return error?.code == .permissionDenied && error?.origin == "svc" && error?.message == "no"
            }
        }
    }

    @Test func deadlineAndCancellationReachTheHandler() async throws {
        let cancelled = Counter()
        try await whileListening { _ in
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.add() }
            return TransportResponse(contentType: "")
        } _: { _ in
            await #expect { try await transport.call(request(within: .milliseconds(50)), to: place) } throws: {
                ($0 as? MicroError)?.code == .deadlineExceeded
            }
            #expect(await eventually { cancelled.value == 1 })
            let call = Task { try await transport.call(request(), to: place) }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
    }

    @Test func drainLetsCallsFinishAndRefusesNewOnes() async throws {
        let (gate, inside) = (AsyncStream.makeStream(of: Void.self), Counter())
        let listener = try await transport.bind(to: place)
        let running = Task {
            try await listener.run { request in
                inside.add()
                for await _ in gate.stream {}
                return TransportResponse(contentType: request.contentType)
            }
        }
        let call = Task { try await transport.call(request(), to: place) }
        #expect(await eventually { inside.value == 1 })
        let drain = Task { await listener.drain(deadline: .now + .seconds(30)) }
        #expect(
            await eventually {
                (try? await transport.call(request(within: .milliseconds(1)), to: place)) == nil && inside.value == 1
            })
        await #expect { try await transport.call(request(), to: place) } throws: {
            ($0 as? MicroError)?.isSafeToRetry == true
        }
        gate.continuation.finish()
        #expect(try await call.value.contentType == "text/plain")
        await drain.value
        try await running.value
    }

    @Test func drainCutsOffAtItsDeadline() async throws {
        let inside = Counter()
        try await whileListening { _ in
            inside.add()
            try await Task.sleep(for: .seconds(60))
            return TransportResponse(contentType: "")
        } _: { listener in
            let call = Task { try await transport.call(request(), to: place) }
            #expect(await eventually { inside.value == 1 })
            await listener.drain(deadline: .now + .milliseconds(20))
            await #expect { try await call.value } throws: { ($0 as? MicroError)?.code == .unavailable }
        }
    }

    @Test func bodiesAreLimited() async throws {
        let limit = MemoryTransport.Configuration().largestBody
        try await whileListening {
            TransportResponse(contentType: "", body: ByteBuffer(repeating: 0, count: $0.body.readableBytes + 1))
        } _: { _ in
            for size in [limit, limit + 1] {
                var large = request()
                large.body = ByteBuffer(repeating: 0, count: size)
                await #expect { try await transport.call(large, to: place) } throws: {
                    ($0 as? MicroError)?.code == .payloadTooLarge
                }
            }
        }
    }

    @Test func closing() async throws {
        let transport = transport
        _ = try await transport.bind(to: place)
        await transport.close()
        await transport.close()
        await #expect { try await transport.bind(to: place) } throws: { ($0 as? MicroError)?.code == .closed }
        _ = try await self.transport.bind(to: place)
    }
}
