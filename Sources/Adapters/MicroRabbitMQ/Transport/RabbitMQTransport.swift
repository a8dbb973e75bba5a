// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import GoMicroWire
public import Logging
import MessageTransport
public import MicroCore
import NIOCore
import Synchronization

/// A transport on [RabbitMQ](https://www.rabbitmq.com) 3.10 and later: go-micro's calls and streams, so that Go and Swift
/// services can call each other.
///
/// A listener has a queue with a unique name, which is its address, without a port. Replies use direct reply-to.
///
/// During a stream, swift-micro peers detect a failed peer within twice ``RabbitMQConfiguration/timeout``; a client
/// detects it when it sends. A failed go-micro client is detected at the deadline. A go-micro client may reorder
/// the messages of a stream. go-micro peers have no flow control: a stream ends with `resourceExhausted` if its reader is too
/// slow for them. After ``/MicroCore/TransportStream/finish()``, a go-micro server has ``RabbitMQConfiguration/timeout``
/// from its last message to end the stream. Streams that go-micro clients open have no deadline, and end after 24 hours. A
/// caller that dies while it waits for a reply is detected at the deadline of the call.
///
/// A server that is short of memory or disk space accepts no requests: calls fail with `resourceExhausted` at their deadline.
public final class RabbitMQTransport: Transport {
    let connection: RabbitMQConnectionManager
    private let requests: RabbitMQRequests
    private let logger: Logger
    /// The listeners that have not ended, by name; nil once the transport is closed.
    private let listeners = Mutex<[String: RabbitMQListener]?>([:])
    private let lastCallID = Atomic<UInt64>(0)

    /// Creates a transport, which connects on first use.
    ///
    /// - Parameters:
    ///   - configuration: The servers, the credentials and the exchange. The settings of messages and queues are ignored.
    ///   - logger: Logs unexpected handler errors and changes of the connection.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for an invalid address, name or limit, or a user without a
    ///   password.
    public init(configuration: RabbitMQConfiguration = .init(), logger: Logger = .component("rabbitmq")) throws {
        var configuration = configuration
        // The exchange does not have to be durable.
        configuration.delivery = .atMostOnce
        connection = try RabbitMQConnectionManager(configuration, role: .transport, logger: logger)
        self.logger = logger
        requests = RabbitMQRequests(connection)
    }

    deinit { connection.stop() }

    /// `rabbitmq`
    public var name: String { "rabbitmq" }

    /// Streams, with back-pressure between swift-micro peers. go-micro cannot hold several headers of one name.
    public var capabilities: TransportCapabilities {
        TransportCapabilities(
            features: [.streams, .backPressure], maxBodySize: connection.configuration.maxMessageSize)
    }

    // MARK: Calls

    /// See ``/MicroCore/Transport/call(_:to:)``.
    public func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try checkOpen()
        try Task.checkCancellation()
        let key = try Self.routingKey(address)
        let call = MessageCall(request, at: key, over: "RabbitMQ")
        let id = String(lastCallID.add(1, ordering: .relaxed).newValue)
        let properties = try properties(of: request, fields: call.headerFields(kind: GoMicroHeaders.idFields(id)))
        try call.checkDeadline()
        let reply: AMQPContent
        do {
            reply = try await requests.request(
                to: key, properties, request.body, by: request.deadline,
                noRouteError: MicroError.noListener(call.description, broker: "RabbitMQ"),
                onAbandon: { $0.send(.cancel) })
        } catch {
            throw callError(error, of: call)
        }
        let fields = GoMicroHeaders(RabbitMQCallFormat.fields(of: reply.properties))
        if let error = fields.error, !error.isEmpty { throw MicroError(wireText: error, origin: request.service) }
        return TransportResponse(
            contentType: fields.contentType.isEmpty ? request.contentType : fields.contentType,
            headers: fields.userHeaders, body: reply.body)
    }

    // MARK: Streams

    /// See ``/MicroCore/Transport/open(_:to:)``. The stream ends immediately if the address has no listener.
    public func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try checkOpen()
        try Task.checkCancellation()
        let key = try Self.routingKey(address)
        let call = MessageCall(request, at: key, over: "RabbitMQ")
        let streamField = [(name: GoMicroHeaderName.stream, value: "true")]
        var opening = try properties(of: request, fields: call.headerFields(kind: streamField))
        opening.type = RabbitMQStreamMark.message(0).text
        try call.checkDeadline()
        let route: RabbitMQRoute
        do { route = try await requests.makeRoute(to: key, by: request.deadline) } catch {
            throw callError(error, of: call)
        }
        let (stream, delegate) = RabbitMQStreamDelegate.make(
            RabbitMQStreamWire(
                route: route, fields: GoMicroHeaders.targetFields(of: request) + streamField,
                format: RabbitMQCallFormat(connection)),
            service: request.service, name: call.description, deadline: request.deadline, peer: .unknown)
        // Added before the opening message is sent, so that a connection loss from here on ends the stream.
        requests.register(delegate, at: route)
        do { try await route.publish(opening, request.body, by: request.deadline) } catch {
            requests.remove(route)
            delegate.fail(error)
            throw callError(error, of: call)
        }
        delegate.start { [weak requests] _ in requests?.remove(route) }
        return stream
    }

    // MARK: Listeners

    /// See ``/MicroCore/Transport/bind(to:)``. A listener gets a unique name, regardless of the host and port. A host that is a
    /// UUID is used as it is, and refused if it already has a listener.
    public func bind(to address: Address) async throws -> any TransportListener {
        try checkOpen()
        guard (0...65535).contains(address.port ?? 0), !address.host.isEmpty else {
            throw MicroError(
                .invalidArgument,
                "cannot listen at \(NameRules.quoted(address.description)): expected a UUID without a port, or any host "
                    + "and port, which are ignored", origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        let isRequested = UUID(uuidString: address.host) != nil && address.port ?? 0 == 0
        let name = isRequested ? address.host : UUID().uuidString.lowercased()
        let listener = RabbitMQListener(name: name, connection: connection, logger: logger)
        guard try register(listener, name) else { throw Self.addressInUseError(name) }
        listener.onEnd { [weak self] in self?.listeners.withLock { _ = $0?.removeValue(forKey: name) } }
        do {
            try await listener.start(by: .now + connection.configuration.timeout)
            return listener
        } catch {
            try checkOpen()
            throw error
        }
    }

    /// - Returns: False if this transport has a listener with the name.
    private func register(_ listener: RabbitMQListener, _ name: String) throws -> Bool {
        try listeners.withLock { listeners in
            guard let isFree = listeners.map({ $0[name] == nil }) else { throw connection.closedError }
            if isFree { listeners?[name] = listener }
            return isFree
        }
    }

    private static func addressInUseError(_ name: String) -> MicroError {
        MicroError(
            .unavailable, "cannot listen at \(name): the address is in use", origin: MicroError.Origin.transport,
            isSafeToRetry: true)
    }

    // MARK: The end

    /// See ``/MicroCore/Transport/close()``. Calls and streams in flight end with `closed`; those of the listeners are
    /// cancelled.
    public func close() async {
        let open = listeners.withLock { listeners in
            defer { listeners = nil }
            return listeners.map { Array($0.values) } ?? []
        }
        requests.failAll(closedError, notifyingPeers: true)
        for listener in open { await listener.drain(deadline: .now) }
        await connection.close(by: .now + connection.configuration.timeout)
    }

    private var isOpen: Bool { listeners.withLock { $0 != nil } }

    private func checkOpen() throws { guard isOpen else { throw connection.closedError } }

    /// The error of calls that were in flight when the transport was closed.
    private var closedError: MicroError {
        var error = connection.closedError
        error.isSafeToRetry = false
        return error
    }

    // MARK: Requests

    private func properties(
        of request: TransportRequest, fields: GoMicroHeaders.Fields
    ) throws -> AMQPProperties {
        try RabbitMQCallFormat(connection).check(fields, body: request.body, of: "request")
        return RabbitMQCallFormat.properties(fields)
    }

    /// The routing key of an address.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    private static func routingKey(_ address: Address) throws -> String {
        guard address.port ?? 0 == 0, (1...200).contains(address.host.utf8.count),
            address.host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !address.host.hasSuffix(RabbitMQStreamMark.controlSuffix)
        else {
            throw MicroError(
                .invalidArgument,
                "cannot call \(NameRules.quoted(address.description)) over RabbitMQ: expected the name of a queue without "
                    + "a port", origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        return address.host
    }

    /// The error of a call for an error of the connection, which may be a consequence of ``close()``.
    private func callError(_ cause: any Error, of call: MessageCall) -> any Error {
        cause is MicroError && !isOpen ? closedError : call.addingContext(to: cause)
    }
}
