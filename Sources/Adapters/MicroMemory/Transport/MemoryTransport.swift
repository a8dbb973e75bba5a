// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import NIOCore
import Synchronization

/// An in-process transport, for development and tests. It is the reference implementation of the contract.
public final class MemoryTransport: Transport {
    /// Configuration of a `MemoryTransport`.
    public struct Configuration: Sendable {
        /// The maximum body size of a request, a response or a message of a stream, in bytes; 4 MiB by default.
        public var maxBodySize = 4 * 1024 * 1024

        /// Creates the default configuration.
        public init() {}
    }

    private let backend: MemoryBackend
    private let configuration: Configuration
    private let calls = MemoryInFlightCalls()
    /// The listeners of this transport; nil once closed.
    private let bound = Mutex<[MemoryListener]?>([])

    /// Creates a transport. Its calls reach the listeners of the same backend.
    public init(backend: MemoryBackend = .shared, configuration: Configuration = .init()) {
        self.backend = backend
        self.configuration = configuration
    }

    /// `memory`
    public var name: String { "memory" }

    /// All features of transports.
    public var capabilities: TransportCapabilities {
        TransportCapabilities(
            features: [.streams, .backPressure, .repeatedHeaders], maxBodySize: configuration.maxBodySize)
    }

    /// See ``/MicroCore/Transport/call(_:to:)``.
    public func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try checkOpen()
        try Task.checkCancellation()
        try check(request.body, of: "request")
        try TopicRules.check(headers: request.headers)
        let listener = try listener(at: address)
        guard request.deadline > .now else { throw Self.deadlineError(request, address) }
        let response = try await calls.run {
            try await withDeadline(request.deadline, orThrow: Self.deadlineError(request, address)) {
                try await listener.respond(request)
            }
        }
        try check(response.body, of: "response")
        return response
    }

    /// See ``/MicroCore/Transport/open(_:to:)``.
    public func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try checkOpen()
        try Task.checkCancellation()
        let listener = try listener(at: address)
        guard request.deadline > .now else { throw Self.deadlineError(request, address) }
        var opening = request
        opening.body = ByteBuffer()
        return try await withDeadline(request.deadline, orThrow: Self.deadlineError(request, address)) {
            [configuration, opening] in
            try await listener.open(opening, maxBodySize: configuration.maxBodySize)
        }
    }

    /// See ``/MicroCore/Transport/bind(to:)``. No socket is opened: the port is only a number.
    public func bind(to address: Address) async throws -> any TransportListener {
        try checkOpen()
        let listener = try backend.listeners.withLock { listeners in
            let address = Self.assignPort(address, listeners)
            guard listeners[address] == nil else {
                throw MicroError(
                    .unavailable, "cannot listen at \(address): the address is in use",
                    origin: MicroError.Origin.transport)
            }
            let listener = MemoryListener(
                address: address, backend: backend, maxBodySize: configuration.maxBodySize)
            listeners[address] = listener
            return listener
        }
        let isOpen = bound.withLock { bound in
            bound?.removeAll { $0.hasEnded }
            bound?.append(listener)
            return bound != nil
        }
        guard isOpen else {
            await listener.drain(deadline: .now)
            throw Self.closed
        }
        return listener
    }

    /// See ``/MicroCore/Transport/close()``.
    public func close() async {
        let listeners = bound.withLock { bound in
            defer { bound = nil }
            return bound ?? []
        }
        calls.cancel()
        for listener in listeners { await listener.drain(deadline: .now) }
    }

    private func listener(at address: Address) throws -> MemoryListener {
        guard let listener = backend.listeners.withLock({ $0[address] }) else {
            throw MicroError(
                .unavailable, "no listener at \(address) in the memory of this process",
                origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        return listener
    }

    private static func assignPort(_ address: Address, _ taken: [Address: MemoryListener]) -> Address {
        guard address.port ?? 0 == 0 else { return address }
        let port = (1...65535).lazy.filter { taken[Address(host: address.host, port: $0)] == nil }.first
        return Address(host: address.host, port: port)
    }

    private func checkOpen() throws {
        guard bound.withLock({ $0 != nil }) else { throw Self.closed }
    }

    static let closed = MicroError(
        .closed, "the memory transport is closed", origin: MicroError.Origin.transport)

    private func check(_ body: ByteBuffer, of what: String) throws {
        try Self.check(body, of: what, limit: configuration.maxBodySize)
    }

    static func check(_ body: ByteBuffer, of what: String, limit: Int) throws {
        guard body.readableBytes <= limit else {
            throw MicroError(
                .payloadTooLarge, "the body of the \(what) has \(body.readableBytes) bytes, the limit is \(limit)",
                origin: MicroError.Origin.transport)
        }
    }

    static func deadlineError(_ request: TransportRequest, _ address: Address) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(request.service) \(request.endpoint) at \(address) did not respond in time",
            origin: MicroError.Origin.transport)
    }
}
