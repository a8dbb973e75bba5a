// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import NIOCore
import Synchronization

@testable import MicroRabbitMQ

/// A peer that does on a connection of its own what go-micro's RabbitMQ transport does: no publisher confirms, no property
/// `type`, no control messages, the queue of a listener neither durable nor exclusive.
final class GoMicroPeer: Sendable {
    private let session: RabbitMQSession
    private let exchange: String
    private let received = Mutex<[AMQPContent]>([])
    private let current = Mutex<RabbitMQChannel?>(nil)

    init(_ configuration: RabbitMQConfiguration) async throws {
        exchange = configuration.exchange
        let address = try configuration.parsedAddresses(for: .rabbitMQ(.transport))[0]
        session = try await RabbitMQSession.open(address, kind: .rabbitMQ(.transport), configuration: configuration)
        try await session.ensureExchange(configuration, by: .now + .seconds(5))
    }

    /// Consumes a queue.
    private func consume(_ commands: [AMQPCommand], _ queue: String) async throws {
        let channel = try session.makeChannel(
            .init(delivered: { [weak self] contents in
                self?.received.withLock { $0.append(contentsOf: contents) }
            }))
        current.withLock { $0 = channel }
        try await channel.perform(
            [.channelOpen] + commands + [.basicConsume(queue: queue, tag: "", isAcknowledged: false)],
            by: .now + .seconds(5))
    }

    /// Consumes replies, as a client.
    func connect() async throws { try await consume([], "amq.rabbitmq.reply-to") }

    /// Consumes the queue of a listener.
    func listen(at name: String) async throws {
        let queue = AMQPCommand.Queue(name: name, isAutoDelete: true)
        try await consume([.queueDeclare(queue), .queueBind(queue: name, exchange: exchange, key: name)], name)
    }

    /// Sends a message of a client to a listener.
    func send(_ headers: AMQPTable, _ body: String, to address: Address, id: String) {
        send(headers, ByteBuffer(string: body), to: address, id: id)
    }

    /// Sends a message of a client to a listener.
    func send(_ headers: AMQPTable, _ body: ByteBuffer, to address: Address, id: String) {
        publish(headers, body, exchange: exchange, to: address.host, id: id, replyTo: "amq.rabbitmq.reply-to")
    }

    /// Sends a message of a listener as a reply.
    func reply(_ headers: AMQPTable, _ body: String, to request: AMQPContent) {
        reply(headers, ByteBuffer(string: body), to: request)
    }

    /// Sends a message of a listener as a reply.
    func reply(_ headers: AMQPTable, _ body: ByteBuffer, to request: AMQPContent) {
        publish(
            headers, body, exchange: "", to: request.properties.replyTo ?? "",
            id: request.properties.correlationID ?? "", replyTo: nil)
    }

    private func publish(
        _ headers: AMQPTable, _ body: ByteBuffer, exchange: String, to key: String, id: String, replyTo: String?
    ) {
        var properties = AMQPProperties()
        (properties.headers, properties.correlationID, properties.replyTo) = (headers, id, replyTo)
        properties.timestamp = 1
        let publication = AMQPPublication(
            exchange: exchange, routingKey: key, properties: properties, body: body)
        _ = current.withLock(\.self)?.tryPublish(publication)
    }

    /// The next received message; nil after ten seconds.
    func next() async throws -> AMQPContent? {
        let deadline = ContinuousClock.now + .seconds(10)
        while deadline > .now {
            if let first = received.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return first }
            try await Task.sleep(for: .milliseconds(2))
        }
        return nil
    }

    func close() async { await session.close(by: .now + .seconds(2)) }
}

extension AMQPContent {
    var text: String { String(buffer: body) }

    /// The text of a header; nil if there is none.
    func header(_ name: String) -> String? { properties.headers[name]?.text }
}
