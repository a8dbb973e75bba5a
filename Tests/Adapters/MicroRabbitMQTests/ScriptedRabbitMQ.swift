// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport

@testable import MicroRabbitMQ

/// A scripted server that accepts every login and responds to each method, unless the test responds itself.
final class ScriptedRabbitMQ: Sendable {
    private let server: ScriptedServer

    /// - Parameter script: Called for each method that a client sends, with its channel. Returns whether to send the
    ///   default response. If it throws, the connection is closed.
    init(_ script: @escaping @Sendable (AMQPMethodID, UInt16, ScriptedConnection) throws -> Bool) throws {
        server = try ScriptedServer { (connection: ScriptedConnection) in
            // The protocol header.
            _ = try connection.read(count: 8)
            try connection.write(Self.handshake)
            while true {
                let head = try connection.read(count: 7)
                let size = head[3..<7].reduce(0) { $0 << 8 | Int($1) }
                // The payload and the end octet.
                let payload = try connection.read(count: size + 1)
                guard head[0] == AMQPFrame.Kind.method.rawValue, size >= 4 else { continue }
                let id = AMQPMethodID(Self.number(payload[0], payload[1]), Self.number(payload[2], payload[3]))
                let channel = Self.number(head[1], head[2])
                guard try script(id, channel, connection), let response = Self.response(to: id) else { continue }
                try connection.write(Self.method(response, on: channel))
            }
        }
    }

    var address: String { "127.0.0.1:\(server.port)" }

    func stop() { server.stop() }

    /// A method frame.
    static func method(
        _ id: AMQPMethodID, on channel: UInt16, _ arguments: (inout AMQPWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = AMQPWriter()
        writer.frame(.method, on: channel) { writer in
            writer.integer(id.classID)
            writer.integer(id.number)
            arguments(&writer)
        }
        return writer.bytes
    }

    private static func number(_ high: UInt8, _ low: UInt8) -> UInt16 { UInt16(high) << 8 | UInt16(low) }

    /// The server's side of a handshake, which does not depend on the client's.
    private static var handshake: [UInt8] {
        let start = method(.connectionStart, on: 0) { writer in
            writer.octet(0)
            writer.octet(9)
            AMQPTable().write(to: &writer)
            writer.longString("PLAIN".utf8)
            writer.longString("en_US".utf8)
        }
        let tune = method(.connectionTune, on: 0) { writer in
            writer.integer(UInt16(100))
            writer.integer(UInt32(128 * 1024))
            writer.integer(UInt16(60))
        }
        return start + tune + method(.connectionOpenOk, on: 0)
    }

    /// The response to a method; nil for none. This toolkit does not read the arguments of these responses.
    private static func response(to id: AMQPMethodID) -> AMQPMethodID? {
        switch id {
        case .connectionClose: .connectionCloseOk
        case .channelOpen: .channelOpenOk
        case .channelClose: .channelCloseOk
        case .exchangeDeclare: .exchangeDeclareOk
        case .basicQos: .basicQosOk
        default: nil
        }
    }
}
