// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import GoMicroWire
import Logging
import MessageTransport
import MicroCore
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroNATS

/// Calls and streams through a real NATS server.
@Suite(.requiresNATS, .nats, .serialized, .timeLimit(.minutes(2))) struct NATSTransportTests {
    private let server: NATSServer

    init() throws { server = try #require(NATSServer.current) }

    // MARK: Calls

    @Test func unaryCallsPreserveHeadersAndBodies() async throws {
        try await withPair(Self.echo) { client, address in
            let bytes = ByteBuffer(bytes: (0..<256).map { UInt8($0) })
            let response = try await client.call(
                Self.request("echo", headers: ["Key": "grüße 😀", "quote": "\"\\/"], body: bytes), to: address)
            #expect(response.body == bytes && response.contentType == "text/plain")
            #expect(response.headers == ["Key": "grüße 😀", "quote": "\"\\/"])
            #expect(try await client.call(Self.request("echo"), to: address).body.readableBytes == 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let body = ByteBuffer(string: "\(number)")
                        let response = try await client.call(Self.request("echo", body: body), to: address)
                        #expect(response.body == body)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func handlerErrorsReachTheCaller() async throws {
        let codes: [MicroError.Code] = [
            .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .deadlineExceeded, .payloadTooLarge,
            .resourceExhausted, .internal, .unsupported, .unavailable,
        ]
        let text = "\t\nspecial☺😈\t\n" + String(repeating: "x", count: 8000)
        try await withPair { request in
            throw MicroError(codes[Int(request.headers["n"] ?? "") ?? 0], text)
        } body: { client, address in
            for (number, code) in codes.enumerated() {
                let error = await #expect(throws: MicroError.self) {
                    try await client.call(Self.request("fail", headers: ["n": "\(number)"]), to: address)
                }
                #expect(error?.code == code && error?.message == text && error?.origin == "greeter")
                #expect(error?.isSafeToRetry == false)
            }
        }
    }

    @Test func bodySizeLimitIsEnforced() async throws {
        try await withPair { request in
            if request.endpoint == "large" {
                return TransportResponse(contentType: "a/b", body: ByteBuffer(repeating: 1, count: 1_000_000))
            }
            return TransportResponse(contentType: "a/b", body: request.body)
        } body: { client, address in
            _ = try await client.call(Self.request("echo"), to: address)
            let limit = client.capabilities.maxBodySize
            #expect(limit > 700_000)
            let largest = ByteBuffer(repeating: 0xFF, count: limit)
            #expect(try await client.call(Self.request("echo", body: largest), to: address).body == largest)
            for request in [
                Self.request("echo", body: ByteBuffer(repeating: 0, count: limit + 1)),
                Self.request("echo", headers: ["big": String(repeating: "x", count: 20_000)], body: largest),
                Self.request("large"),
            ] {
                let error = await #expect(throws: MicroError.self) { try await client.call(request, to: address) }
                #expect(error?.code == .payloadTooLarge)
            }
            // The connection stays open.
            _ = try await client.call(Self.request("echo"), to: address)
            #expect(try await server.resourceCounts().connections <= 2)
        }
    }

    @Test func invalidRequestsAreRejectedBeforeSending() async throws {
        try await withPair(Self.echo) { client, address in
            let wrong: [(TransportRequest, MicroError.Code)] = [
                (Self.request("echo", headers: ["a": "1", "A": "2"]), .unsupported),
                (Self.request("echo", headers: ["Micro-Id": "7"]), .invalidArgument),
                (Self.request("echo", headers: ["timeout": "7"]), .invalidArgument),
                (Self.request("echo", headers: ["a": "x\r\ny"]), .invalidArgument),
                (Self.request(""), .invalidArgument),
                (Self.request("echo", timeout: .zero), .deadlineExceeded),
            ]
            for (request, code) in wrong {
                let error = await #expect(throws: MicroError.self) { try await client.call(request, to: address) }
                #expect(error?.code == code && error?.isSafeToRetry == true)
            }
            // No part of the request was sent, and the listener still responds.
            _ = try await client.call(Self.request("echo"), to: address)
            for host in ["", "a b", "a.*", "a.>", "a..b", "a\r\nPUB x 0\r\n"] {
                let error = await #expect(throws: MicroError.self) {
                    try await client.call(Self.request("echo"), to: Address(host: host))
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }

    @Test func callWithoutListenerIsUnavailable() async throws {
        try await withTransport(server.url) { client in
            // At the deadline, the error would be another one.
            let unused = Address(host: "_INBOX.unused")
            let error = await #expect(throws: MicroError.self) {
                try await client.call(Self.request("echo", timeout: .seconds(60)), to: unused)
            }
            #expect(error?.code == .unavailable && error?.isSafeToRetry == true)
            #expect(error?.message.contains("_INBOX.unused") == true)
            let stream = try await client.open(Self.request("echo", timeout: .seconds(60)), to: unused)
            let refusal = await #expect(throws: MicroError.self) { for try await _ in stream {} }
            #expect(refusal?.code == .unavailable && refusal?.isSafeToRetry == true)
        }
    }

    @Test func deadlineCancelsHandler() async throws {
        let isCancelled = Counter()
        try await withPair { request in
            let left = request.deadline - .now
            #expect(left > .zero && left <= .seconds(5))
            do { try await Task.sleep(for: .seconds(60)) } catch { isCancelled.add() }
            return TransportResponse(contentType: "")
        } body: { client, address in
            let error = await #expect(throws: MicroError.self) {
                try await client.call(Self.request("sleep", timeout: .seconds(5)), to: address)
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(await eventually { isCancelled.value == 1 })
        }
    }

    @Test func cancellationReachesHandler() async throws {
        let (hasBegun, isCancelled) = (Counter(), Counter())
        try await withPair { _ in
            hasBegun.add()
            do { try await Task.sleep(for: .seconds(60)) } catch { isCancelled.add() }
            return TransportResponse(contentType: "")
        } body: { client, address in
            for number in 1...20 {
                let call = Task { try await client.call(Self.request("sleep", timeout: .seconds(50)), to: address) }
                #expect(await eventually { hasBegun.value == number })
                call.cancel()
                await #expect(throws: CancellationError.self) { try await call.value }
                #expect(await eventually { isCancelled.value == number })
            }
        }
    }

    // MARK: Listeners

    @Test func listenerAddressesAreExclusive() async throws {
        try await withTransport(server.url) { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            #expect(listener.address.port == nil && listener.address.host.hasPrefix("_INBOX."))
            try await withTransport(server.url) { other in
                let error = await #expect(throws: MicroError.self) { try await other.bind(to: listener.address) }
                #expect(error?.code == .unavailable)
                for address in [Address(host: "_INBOX.a b"), Address(host: ""), Address(host: "x", port: 70000)] {
                    let error = await #expect(throws: MicroError.self) { try await other.bind(to: address) }
                    #expect(error?.code == .invalidArgument)
                }
            }
            // A call that arrives before `run` waits.
            let early = Task { try await transport.call(Self.request("echo"), to: listener.address) }
            let running = Task { try await listener.run(Self.echo) }
            _ = try await early.value
            let error = await #expect(throws: MicroError.self) { try await listener.run(Self.echo) }
            #expect(error?.code == .closed)
            await listener.drain(deadline: .now + .seconds(5))
            try await running.value
            let again = try await transport.bind(to: listener.address)
            #expect(again.address == listener.address)
        }
    }

    @Test func drainFinishesInFlightCalls() async throws {
        let (isOpen, hasBegun) = (Counter(), Counter())
        try await withTransport(server.url) { transport in
            try await withTransport(server.url) { client in
                let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
                let running = Task {
                    try await listener.run { request in
                        hasBegun.add()
                        while isOpen.value == 0 { try await Task.sleep(for: .milliseconds(2)) }
                        return TransportResponse(contentType: "", body: request.body)
                    }
                }
                let call = Task { try await client.call(Self.request("wait"), to: listener.address) }
                #expect(await eventually { hasBegun.value == 1 })
                let drain = Task { await listener.drain(deadline: .now + .seconds(20)) }
                // New calls are rejected, calls in flight finish.
                #expect(
                    await eventually {
                        do {
                            _ = try await client.call(
                                Self.request("x", timeout: .milliseconds(200)), to: listener.address)
                        } catch {
                            let error = error as? MicroError
                            return error?.code == .unavailable && error?.isSafeToRetry == true
                        }
                        return false
                    })
                isOpen.add()
                _ = try await call.value
                await drain.value
                try await running.value
                #expect(try await server.resourceCounts().subscriptions <= 2)
            }
        }
    }

    /// The listener is aborted while it looks up the endpoint of a call that it has already admitted. The abort does not see
    /// the call, so that the call itself has to be cancelled when it begins.
    @Test(.blocking) func callThatIsAdmittedDuringAbortIsCancelled() async throws {
        try await withTransport(server.url) { transport in
            let listener = try #require(
                try await transport.bind(to: Address(host: "127.0.0.1", port: 0)) as? NATSListener)
            let running = Task {
                try await listener.run { request in
                    try await Task.sleep(until: request.deadline + .seconds(10), clock: .continuous)
                    return TransportResponse(contentType: "text/plain")
                } streams: { _ in
                    Task { await listener.drain(deadline: .now) }
                    // The lookup is not asynchronous.
                    for _ in 0..<5000 where !listener.lifecycle.isAborted { Thread.sleep(forTimeInterval: 0.001) }
                    return nil
                }
            }
            try await withTransport(server.url) { client in
                let error = await #expect(throws: MicroError.self) {
                    try await client.call(Self.request("sleep", timeout: .seconds(10)), to: listener.address)
                }
                #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
            }
            try await running.value
        }
    }

    @Test func drainDeadlineEndsRunningCalls() async throws {
        let hasBegun = Counter()
        try await withTransport(server.url) { transport in
            try await withTransport(server.url) { client in
                let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
                let release = Counter()
                let running = Task {
                    try await listener.run { _ in
                        hasBegun.add()
                        // Ignores its cancellation.
                        while release.value == 0 { await Task.yield() }
                        return TransportResponse(contentType: "")
                    }
                }
                let call = Task {
                    try await client.call(Self.request("x", timeout: .seconds(50)), to: listener.address)
                }
                #expect(await eventually { hasBegun.value == 1 })
                await listener.drain(deadline: .now + .milliseconds(50))
                try await running.value
                let error = await #expect(throws: MicroError.self) { try await call.value }
                #expect(error?.code == .unavailable && error?.isSafeToRetry == false)
                release.add()
            }
        }
    }

    @Test func operationsFailAfterClose() async throws {
        let transport = try NATSTransport(configuration: configuration(server.url))
        let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
        let running = Task { try await listener.run(Self.echo) }
        _ = try await transport.call(Self.request("x"), to: listener.address)
        await transport.close()
        await transport.close()
        try await running.value
        let operations: [() async throws -> Void] = [
            { _ = try await transport.call(Self.request("x"), to: listener.address) },
            { _ = try await transport.open(Self.request("x"), to: listener.address) },
            { _ = try await transport.bind(to: listener.address) },
        ]
        for operation in operations {
            let error = await #expect(throws: MicroError.self) { try await operation() }
            #expect(error?.code == .closed)
        }
    }

    // MARK: Streams

    @Test func bidirectionalStreamEchoes() async throws {
        try await withPair(streams: Self.streamEcho) { client, address in
            let stream = try await client.open(Self.request("echo", headers: ["k": "v"]), to: address)
            var iterator = stream.makeAsyncIterator()
            for size in [27182, 0, 1828, 45904] {
                let message = ByteBuffer(repeating: 7, count: size)
                try await stream.send(message)
                #expect(try await iterator.next() == message)
            }
            try await stream.finish()
            #expect(try await iterator.next() == nil)
            let error = await #expect(throws: MicroError.self) { try await stream.send(ByteBuffer()) }
            #expect(error?.code == .closed)
        }
    }

    @Test func halfClosedStreamStillReceives() async throws {
        try await withPair(
            streams: { _ in
                { _, stream in
                    // Half-closes its own side first, and continues to read.
                    try await stream.finish()
                    var count = 0
                    for try await _ in stream { count += 1 }
                    guard count == 10 else { throw MicroError(.internal, "\(count)") }
                }
            },
            body: { client, address in
                let stream = try await client.open(Self.request("x"), to: address)
                for try await _ in stream { Issue.record("nothing was sent") }
                for _ in 0..<10 { try await stream.send(ByteBuffer(string: "x")) }
                try await stream.finish()
            })
    }

    @Test func streamErrorFollowsMessages() async throws {
        try await withPair(
            streams: { _ in
                { _, stream in
                    for number in 0..<5 { try await stream.send(ByteBuffer(string: "\(number)")) }
                    throw MicroError(.permissionDenied, "no more")
                }
            },
            body: { client, address in
                let stream = try await client.open(Self.request("x"), to: address)
                var texts: [String] = []
                let error = await #expect(throws: MicroError.self) {
                    for try await message in stream { texts.append(String(buffer: message)) }
                }
                #expect(texts == ["0", "1", "2", "3", "4"])
                #expect(error?.code == .permissionDenied && error?.message == "no more" && error?.origin == "greeter")
            })
    }

    @Test func openingUnknownStreamIsNotFound() async throws {
        try await withPair(Self.echo) { client, address in
            let stream = try await client.open(Self.request("echo"), to: address)
            let error = await #expect(throws: MicroError.self) { for try await _ in stream {} }
            #expect(error?.code == .notFound)
        }
    }

    @Test func clientCancellationReachesService() async throws {
        let (hasBegun, isCancelled) = (Counter(), Counter())
        try await withPair(
            streams: { _ in
                { _, stream in
                    hasBegun.add()
                    do { for try await _ in stream {} } catch is CancellationError { isCancelled.add() }
                }
            },
            body: { client, address in
                for number in 1...5 {
                    var stream: TransportStream? = try await client.open(Self.request("x"), to: address)
                    #expect(await eventually { hasBegun.value == number })
                    if number.isMultiple(of: 2) { stream?.cancel() } else { stream = nil }
                    #expect(await eventually { isCancelled.value == number })
                    _ = stream
                }
            })
    }

    @Test func serviceCancellationReachesClient() async throws {
        try await withPair(
            streams: { _ in { _, stream in stream.cancel() } },
            body: { client, address in
                let stream = try await client.open(Self.request("x"), to: address)
                let error = await #expect(throws: MicroError.self) { for try await _ in stream {} }
                #expect(error?.code == .unavailable)
            })
    }

    @Test func streamEndsAtDeadline() async throws {
        let isOver = Counter()
        try await withPair(
            streams: { _ in
                { _, stream in
                    defer { isOver.add() }
                    for try await _ in stream {}
                }
            },
            body: { client, address in
                let stream = try await client.open(Self.request("x", timeout: .milliseconds(200)), to: address)
                let error = await #expect(throws: MicroError.self) { for try await _ in stream {} }
                #expect(error?.code == .deadlineExceeded)
                #expect(await eventually { isOver.value == 1 })
            })
    }

    @Test func slowReaderAppliesBackPressure() async throws {
        let (sent, mayRead) = (Counter(), Counter())
        let count = 200
        try await withPair(
            streams: { _ in
                { _, stream in
                    for number in 0..<count {
                        try await stream.send(ByteBuffer(repeating: UInt8(number), count: 100_000))
                        sent.add()
                    }
                }
            },
            body: { client, address in
                let stream = try await client.open(Self.request("x", timeout: .seconds(60)), to: address)
                #expect(await eventually { sent.value > 2 })
                // Without a reader, the writer is suspended long before it has sent everything.
                #expect(await always(during: .milliseconds(300)) { sent.value < 20 })
                mayRead.add()
                var numbers: [UInt8] = []
                for try await message in stream { numbers.append(message.getInteger(at: message.readerIndex) ?? 0) }
                #expect(numbers == (0..<count).map { UInt8($0) })
            })
    }

    @Test func streamPreservesMessageOrder() async throws {
        try await withPair(streams: Self.streamEcho) { client, address in
            let stream = try await client.open(Self.request("x", timeout: .seconds(60)), to: address)
            async let sending: Void = {
                for number in 0..<10_000 { try await stream.send(ByteBuffer(string: "\(number)")) }
                try await stream.finish()
            }()
            var next = 0
            for try await message in stream {
                #expect(String(buffer: message) == "\(next)")
                next += 1
            }
            try await sending
            #expect(next == 10_000)
        }
    }

    // MARK: Peers that are not ours, or break the rules

    /// go-micro has no flow control and sends no keep-alives on streams over NATS.
    @Test func goMicroPeerThatOutrunsReaderIsRejected() async throws {
        let release = Counter()
        try await withPair(
            streams: { _ in
                { _, stream in
                    while release.value == 0 { try await Task.sleep(for: .milliseconds(2)) }
                    for try await _ in stream {}
                }
            },
            body: { _, address in
                try await withPeer { peer in
                    try await peer.send(Self.fields, to: address)
                    let body = ByteBuffer(repeating: 1, count: 100_000)
                    for _ in 0..<60 { try await peer.send(Self.fields, body, to: address) }
                    #expect(await eventually { peer.answers.contains { $0.fields.error?.contains("429") == true } })
                    // Later messages of the stream do not open another one.
                    for _ in 0..<10 { try await peer.send(Self.fields, body, to: address) }
                    release.add()
                }
            })
    }

    @Test func concurrentSessionLimitIsEnforced() async throws {
        let limit = ListenerLifecycle<NATSMessage>.maxSessions
        let gate = AsyncGate()
        try await withPair(
            { _ in
                await gate.pass()
                return TransportResponse(contentType: "text/plain")
            },
            body: { _, address in
                try await withPeer { peer in
                    for number in 0...limit {
                        try await peer.send(Self.fields + [("Micro-Id", "\(number)")], to: address)
                    }
                    #expect(await eventually { gate.arrivals == limit && !peer.answers.isEmpty })
                    let refused = peer.answers
                    #expect(refused.map(\.fields.id) == ["\(limit)"])
                    let error = MicroError(wireText: refused.first?.fields.error ?? "", origin: "")
                    #expect(error.code == .resourceExhausted && error.message.contains("has \(limit) calls"))
                    gate.open()
                    #expect(await eventually { peer.answers.count == limit + 1 })
                    #expect(peer.answers.count { $0.fields.error != nil } == 1)
                }
            })
    }

    @Test func lostStreamMessageFailsStream() async throws {
        let failures = Mutex<[MicroError]>([])
        try await withPair(
            streams: { _ in
                { _, stream in
                    do { for try await _ in stream {} } catch let error as MicroError {
                        failures.withLock { $0.append(error) }
                        throw error
                    }
                }
            },
            body: { _, address in
                try await withPeer { peer in
                    for number: UInt64 in [0, 1, 2, 4] {
                        try await peer.send(Self.fields, streamHeaders: NATSStreamHeaders(number: number), to: address)
                    }
                    #expect(await eventually { peer.answers.contains { $0.fields.error?.contains("503") == true } })
                }
            })
        #expect(failures.withLock { $0.map(\.code) } == [.unavailable])
        #expect(failures.withLock { $0.first?.message.contains("lost") } == true)
    }

    /// A late message of a stream that has ended is not treated as a call, and does not open a stream.
    @Test func lateMessagesDoNotOpenStreams() async throws {
        let (opened, called) = (Counter(), Counter())
        try await withPair(
            { _ in
                called.add()
                return TransportResponse(contentType: "")
            },
            streams: { endpoint in
                guard endpoint == "x" else { return nil }
                return { _, _ in opened.add() }
            },
            body: { client, address in
                for streamHeaders in [nil, NATSStreamHeaders(number: 0)] {
                    try await withPeer { peer in
                        let before = opened.value
                        try await peer.send(Self.fields, streamHeaders: streamHeaders, to: address)
                        #expect(await eventually { peer.answers.contains { $0.fields.error == "EOS" } })
                        let next = streamHeaders.map { NATSStreamHeaders(number: $0.number + 1) }
                        for _ in 0..<5 { try await peer.send(Self.fields, streamHeaders: next, to: address) }
                        let call = Self.fields.dropLast() + [("Micro-Endpoint", "call"), ("Micro-Id", "1")]
                        try await peer.send(call, to: address)
                        #expect(await eventually { peer.answers.contains { $0.fields.id == "1" } })
                        #expect(opened.value == before + 1)
                    }
                }
                #expect(called.value == 2)
            })
    }

    private static let fields: GoMicroHeaders.Fields = [
        ("Content-Type", "text/plain"), ("Micro-Service", "greeter"), ("Micro-Endpoint", "x"),
    ]

    /// A peer that sends the payloads of a test.
    private final class RawPeer: Sendable {
        let connection: NATSConnectionManager
        let inbox = NATSSubject.makeUnique(prefix: "_INBOX")
        private let content: Content

        private final class Content: Sendable {
            let answers = Mutex<[NATSEnvelope]>([])
        }

        init(_ address: String) throws {
            connection = try NATSConnectionManager(
                MicroNATSTests.configuration(address), role: .transport, logger: .init(label: "test"))
            let content = Content()
            self.content = content
            _ = try connection.subscribe(inbox) { messages in
                content.answers.withLock { $0 += messages.compactMap { NATSEnvelope(parsing: $0.body) } }
            }
        }

        var answers: [NATSEnvelope] { content.answers.withLock(\.self) }

        func send(
            _ fields: GoMicroHeaders.Fields, _ body: ByteBuffer = ByteBuffer(), streamHeaders: NATSStreamHeaders? = nil,
            to address: Address
        ) async throws {
            let message = BrokerMessage(
                headers: streamHeaders?.headers ?? [:], body: NATSEnvelope.encoded(fields, body: body))
            try await connection.send { $0.appendPublish(message, to: address.host, reply: self.inbox) }
        }
    }

    private func withPeer(_ body: (RawPeer) async throws -> Void) async throws {
        let peer = try RawPeer(server.url)
        try await body(peer)
        await peer.connection.close(by: .now + .seconds(2))
    }

    // MARK: Helpers

    static let echo: TransportHandler = { request in
        TransportResponse(contentType: request.contentType, headers: request.headers, body: request.body)
    }

    static let streamEcho: TransportStreamLookup = { _ in
        { _, stream in for try await message in stream { try await stream.send(message) } }
    }

    static func request(
        _ endpoint: String, headers: Headers = [:], body: ByteBuffer = ByteBuffer(), timeout: Duration = .seconds(20)
    ) -> TransportRequest {
        TransportRequest(
            service: "greeter", endpoint: endpoint, contentType: "text/plain", headers: headers, body: body,
            deadline: .now + timeout)
    }

    /// Runs a body with a client and the address of a listener on another connection.
    private func withPair(
        _ handler: @escaping TransportHandler = { throw MicroError(.notFound, $0.endpoint) },
        streams: @escaping TransportStreamLookup = { _ in nil },
        body: (NATSTransport, Address) async throws -> Void
    ) async throws {
        try await withTransport(server.url) { transport in
            let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
            let running = Task { try await listener.run(handler, streams: streams) }
            try await withTransport(server.url) { try await body($0, listener.address) }
            await listener.drain(deadline: .now + .seconds(5))
            try await running.value
        }
    }
}
