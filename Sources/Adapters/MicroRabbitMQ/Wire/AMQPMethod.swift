// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A method that a server sends (AMQP 0-9-1, section 1), with the arguments that this toolkit uses.
enum AMQPMethod: Sendable, Hashable {
    struct Start: Sendable, Hashable {
        let majorVersion: UInt8
        let minorVersion: UInt8
        let serverProperties: AMQPTable
        /// The names of the login mechanisms, separated by spaces.
        let mechanisms: String

        var version: (major: UInt8, minor: UInt8) { (majorVersion, minorVersion) }
    }

    struct Tune: Sendable, Hashable {
        /// The largest channel number; 0 for no limit.
        var maxChannel: UInt16
        /// The maximum size of a frame in bytes; 0 for no limit.
        var maxFrameSize: UInt32
        /// The interval of heartbeats in seconds; 0 for none.
        var heartbeat: UInt16
    }

    /// Why a server closes a connection or a channel.
    struct Close: Sendable, Hashable {
        let code: UInt16
        let text: String
        /// The method that caused it; (0, 0) if none did.
        let cause: AMQPMethodID
    }

    struct Deliver: Sendable, Hashable {
        let deliveryTag: UInt64
        let isRedelivered: Bool
        let exchange: String
        let routingKey: String
    }

    struct Return: Sendable, Hashable {
        let code: UInt16
        let text: String
        let routingKey: String
    }

    case connectionStart(Start)
    case connectionSecure
    case connectionTune(Tune)
    case connectionOpenOk
    case connectionClose(Close)
    case connectionCloseOk
    case connectionBlocked(reason: String)
    case connectionUnblocked
    case channelFlow(isActive: Bool)
    case channelClose(Close)
    case channelCloseOk
    /// The response to a command, with the name of the queue or the tag of the consumer, if it has one.
    case reply(AMQPMethodID, name: String)
    /// The server has ended a consumer.
    case basicCancel(consumerTag: String)
    case basicDeliver(Deliver)
    case basicReturn(Return)
    case basicAck(tag: UInt64, isMultiple: Bool)
    case basicNack(tag: UInt64, isMultiple: Bool)

    /// Parses the payload of a method frame. Further arguments are ignored.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `internal`.
    init(parsing payload: UnsafeRawBufferPointer) throws(MicroError) {
        var reader = AMQPReader(payload)
        let id = AMQPMethodID(try reader.integer(UInt16.self), try reader.integer(UInt16.self))
        switch id {
        // The most frequent ones first.
        case .basicDeliver: self = .basicDeliver(try Deliver(from: &reader))
        case .basicAck: self = .basicAck(tag: try reader.integer(UInt64.self), isMultiple: try reader.octet() & 1 != 0)
        case .basicNack:
            self = .basicNack(tag: try reader.integer(UInt64.self), isMultiple: try reader.octet() & 1 != 0)
        case .basicReturn:
            let (code, text) = (try reader.integer(UInt16.self), try reader.shortString())
            _ = try reader.shortString()
            self = .basicReturn(Return(code: code, text: text, routingKey: try reader.shortString()))
        case .connectionStart:
            self = .connectionStart(
                Start(
                    majorVersion: try reader.octet(), minorVersion: try reader.octet(),
                    serverProperties: try AMQPTable(from: &reader),
                    mechanisms: String(decoding: try reader.longString(), as: UTF8.self)))
        case .connectionSecure: self = .connectionSecure
        case .connectionTune:
            self = .connectionTune(
                Tune(
                    maxChannel: try reader.integer(UInt16.self), maxFrameSize: try reader.integer(UInt32.self),
                    heartbeat: try reader.integer(UInt16.self)))
        case .connectionOpenOk: self = .connectionOpenOk
        case .connectionClose: self = .connectionClose(try Close(from: &reader))
        case .connectionCloseOk: self = .connectionCloseOk
        case .connectionBlocked: self = .connectionBlocked(reason: try reader.shortString())
        case .connectionUnblocked: self = .connectionUnblocked
        case .channelFlow: self = .channelFlow(isActive: try reader.octet() & 1 != 0)
        case .channelClose: self = .channelClose(try Close(from: &reader))
        case .channelCloseOk: self = .channelCloseOk
        case .basicCancel: self = .basicCancel(consumerTag: try reader.shortString())
        case .queueDeclareOk, .basicConsumeOk, .basicCancelOk: self = .reply(id, name: try reader.shortString())
        case .channelOpenOk, .exchangeDeclareOk, .exchangeDeleteOk, .queueBindOk, .queueUnbindOk, .queueDeleteOk,
            .basicQosOk, .confirmSelectOk:
            self = .reply(id, name: "")
        default: throw AMQPReader.violation("it sent the unknown method \(id.classID).\(id.number)")
        }
    }
}

extension AMQPMethod.Close {
    fileprivate init(from reader: inout AMQPReader) throws(MicroError) {
        code = try reader.integer(UInt16.self)
        text = try reader.shortString()
        cause = AMQPMethodID(try reader.integer(UInt16.self), try reader.integer(UInt16.self))
    }
}

extension AMQPMethod.Deliver {
    fileprivate init(from reader: inout AMQPReader) throws(MicroError) {
        // The tag of the consumer: each has a channel of its own.
        _ = try reader.bytes(Int(try reader.octet()))
        deliveryTag = try reader.integer(UInt64.self)
        isRedelivered = try reader.octet() & 1 != 0
        exchange = try reader.shortString()
        routingKey = try reader.shortString()
    }
}
