// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore
import NIOCore
import Synchronization

/// The HTTP transport: go-micro's calls over HTTP/1.1. Go and Swift services can call each other.
///
/// Connections are kept alive and shared by all calls of a transport. It uses the event loops of
/// ``HTTPConfiguration/eventLoopGroup``, by default SwiftNIO's singleton group. Handlers start on these event loops,
/// and may continue on them after waiting, so they must not block.
public final class HTTPTransport: Transport {
    private let configuration: HTTPConfiguration
    private let wireFormat: any HTTPWireFormat
    private let security: (any HTTPSecurity)?
    private let logger: Logger
    private let pool: HTTPConnectionPool
    /// The number of the next request.
    private let nextID = Atomic(0)
    /// The open listeners of this transport; nil once the transport is closed.
    private let listeners = Mutex<[ObjectIdentifier: HTTPListener]?>([:])

    /// Creates a transport. Nothing is opened until it is used.
    ///
    /// - Parameters:
    ///   - configuration: The limits, the timeouts and the event loop group.
    ///   - logger: The logger for errors of handlers other than `MicroError` and, at `debug`, for peers that do not
    ///     send HTTP/1.1.
    public convenience init(configuration: HTTPConfiguration = HTTPConfiguration(), logger: Logger = .component("http"))
    {
        self.init(configuration: configuration, security: nil, logger: logger)
    }

    /// Creates a transport with a security layer between TCP and HTTP.
    package convenience init(configuration: HTTPConfiguration, security: (any HTTPSecurity)?, logger: Logger) {
        self.init(configuration: configuration, wireFormat: HTTPCallWireFormat(), security: security, logger: logger)
    }

    init(
        configuration: HTTPConfiguration, wireFormat: any HTTPWireFormat, security: (any HTTPSecurity)? = nil,
        logger: Logger
    ) {
        self.configuration = configuration
        self.wireFormat = wireFormat
        self.security = security
        self.logger = logger
        pool = HTTPConnectionPool(
            configuration: configuration, wireFormat: wireFormat, security: security)
    }

    /// `http`
    public var name: String { "http" }

    /// Streams with back-pressure, and headers in their order, including repeated headers.
    public var capabilities: TransportCapabilities {
        TransportCapabilities(
            features: [.streams, .backPressure, .repeatedHeaders], maxBodySize: configuration.maxBodySize)
    }

    /// See ``/MicroCore/Transport/call(_:to:)``.
    public func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        guard !pool.isClosed else { throw MicroError.transportClosed() }
        try Task.checkCancellation()
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        let call = try HTTPCall(request, to: address, id: id, in: wireFormat, limits: configuration)
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                if call.state.begin(continuation) { pool.submit(call) }
            }
        } onCancel: {
            call.cancel()
        }
    }

    /// See ``/MicroCore/Transport/open(_:to:)``.
    public func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try Task.checkCancellation()
        return try await pool.open(
            try HTTPStreamRequest(request, to: address, in: wireFormat, limits: configuration))
    }

    /// See ``/MicroCore/Transport/bind(to:)``.
    public func bind(to address: Address) async throws -> any TransportListener {
        guard !pool.isClosed else { throw MicroError.transportClosed() }
        let listener = try await HTTPListener.bind(
            to: address, configuration: configuration, wireFormat: wireFormat, security: security, logger: logger)
        let id = ObjectIdentifier(listener)
        let isOpen = listeners.withLock { listeners in
            listeners?[id] = listener
            return listeners != nil
        }
        guard isOpen else {
            await listener.drain(deadline: .now)
            throw MicroError.transportClosed()
        }
        listener.whenClosed { [weak self] in self?.listeners.withLock { _ = $0?.removeValue(forKey: id) } }
        return listener
    }

    /// See ``/MicroCore/Transport/close()``. Calls in flight end with `closed`; the handlers of the listeners are cancelled.
    public func close() async {
        let open = listeners.withLock { listeners in
            defer { listeners = nil }
            return listeners.map { Array($0.values) } ?? []
        }
        await pool.close()
        for listener in open { await listener.drain(deadline: .now) }
    }
}
