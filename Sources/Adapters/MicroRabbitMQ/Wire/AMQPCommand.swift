// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A method that a client sends (AMQP 0-9-1, section 1), except publications.
enum AMQPCommand: Sendable, Hashable {
    struct Exchange: Sendable, Hashable {
        var name: String
        var isDurable: Bool
        /// Whether to check only that it exists.
        var isPassive = false
    }

    struct Queue: Sendable, Hashable {
        /// The name; empty for one that the server makes.
        var name: String
        var isDurable = false
        var isExclusive = false
        var isAutoDelete = false
        var arguments = AMQPTable()
    }

    case startOk(clientProperties: AMQPTable, mechanism: String, response: [UInt8])
    case tuneOk(AMQPMethod.Tune)
    case open(virtualHost: String)
    case connectionClose
    case connectionCloseOk
    case channelOpen
    case channelFlowOk(isActive: Bool)
    case channelClose
    case channelCloseOk
    /// Declares a topic exchange.
    case exchangeDeclare(Exchange)
    case queueDeclare(Queue)
    /// An empty name stands for the queue that was last declared on the channel.
    case queueBind(queue: String, exchange: String, key: String)
    case queueUnbind(queue: String, exchange: String, key: String)
    case queueDelete(String)
    case basicQos(prefetch: UInt16)
    case basicConsume(queue: String, tag: String, isAcknowledged: Bool)
    case basicCancel(tag: String)
    case basicAck(tag: UInt64, isMultiple: Bool)
    case basicRequeue(tag: UInt64)
    case confirmSelect

    /// The number of the method.
    var id: AMQPMethodID {
        switch self {
        case .startOk: .connectionStartOk
        case .tuneOk: .connectionTuneOk
        case .open: .connectionOpen
        case .connectionClose: .connectionClose
        case .connectionCloseOk: .connectionCloseOk
        case .channelOpen: .channelOpen
        case .channelFlowOk: .channelFlowOk
        case .channelClose: .channelClose
        case .channelCloseOk: .channelCloseOk
        case .exchangeDeclare: .exchangeDeclare
        case .queueDeclare: .queueDeclare
        case .queueBind: .queueBind
        case .queueUnbind: .queueUnbind
        case .queueDelete: .queueDelete
        case .basicQos: .basicQos
        case .basicConsume: .basicConsume
        case .basicCancel: .basicCancel
        case .basicAck: .basicAck
        case .basicRequeue: .basicNack
        case .confirmSelect: .confirmSelect
        }
    }

    /// Writes a complete frame.
    func write(to writer: inout AMQPWriter, on channel: UInt16) {
        writer.frame(.method, on: channel) { writer in
            writer.integer(id.classID)
            writer.integer(id.number)
            writeArguments(to: &writer)
        }
    }

    private func writeArguments(to writer: inout AMQPWriter) {
        switch self {
        case .startOk(let clientProperties, let mechanism, let response):
            clientProperties.write(to: &writer)
            writer.shortString(mechanism)
            writer.longString(response)
            writer.shortString("en_US")
        case .tuneOk(let tune):
            writer.integer(tune.maxChannel)
            writer.integer(tune.maxFrameSize)
            writer.integer(tune.heartbeat)
        case .open(let virtualHost):
            writer.shortString(virtualHost)
            // Two reserved arguments.
            writer.shortString("")
            writer.octet(0)
        case .connectionClose, .channelClose:
            writer.integer(UInt16(200))
            writer.shortString("closed by the client")
            writer.integer(UInt32(0))
        case .channelOpen: writer.shortString("")
        case .channelFlowOk(let isActive): writer.octet(isActive ? 1 : 0)
        case .connectionCloseOk, .channelCloseOk: break
        case .confirmSelect: writer.octet(0)
        default: writeBrokerArguments(to: &writer)
        }
    }

    private func writeBrokerArguments(to writer: inout AMQPWriter) {
        // A reserved argument, except in methods that settle deliveries or only name a consumer.
        switch self {
        case .exchangeDeclare, .queueDeclare, .queueBind, .queueUnbind, .queueDelete, .basicConsume:
            writer.integer(UInt16(0))
        default: break
        }
        switch self {
        case .exchangeDeclare(let exchange):
            writer.shortString(exchange.name)
            writer.shortString("topic")
            writer.octet((exchange.isPassive ? 1 : 0) | (exchange.isDurable ? 2 : 0))
            AMQPTable().write(to: &writer)
        case .queueDeclare(let queue):
            writer.shortString(queue.name)
            writer.octet(
                (queue.isDurable ? 2 : 0) | (queue.isExclusive ? 4 : 0) | (queue.isAutoDelete ? 8 : 0))
            queue.arguments.write(to: &writer)
        case .queueBind(let queue, let exchange, let key):
            writer.shortString(queue)
            writer.shortString(exchange)
            writer.shortString(key)
            writer.octet(0)
            AMQPTable().write(to: &writer)
        case .queueUnbind(let queue, let exchange, let key):
            writer.shortString(queue)
            writer.shortString(exchange)
            writer.shortString(key)
            AMQPTable().write(to: &writer)
        case .queueDelete(let queue):
            writer.shortString(queue)
            writer.octet(0)
        case .basicQos(let prefetch):
            writer.integer(UInt32(0))
            writer.integer(prefetch)
            writer.octet(0)
        case .basicConsume(let queue, let tag, let isAcknowledged):
            writer.shortString(queue)
            writer.shortString(tag)
            writer.octet(isAcknowledged ? 0 : 2)
            AMQPTable().write(to: &writer)
        case .basicCancel(let tag):
            writer.shortString(tag)
            writer.octet(0)
        case .basicAck(let tag, let isMultiple):
            writer.integer(tag)
            writer.octet(isMultiple ? 1 : 0)
        case .basicRequeue(let tag):
            writer.integer(tag)
            // Requeue.
            writer.octet(2)
        default: break
        }
    }
}
