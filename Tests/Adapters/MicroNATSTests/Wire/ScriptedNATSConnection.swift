// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// The server's side of one connection, which a test controls. It responds to pings automatically.
final class ScriptedNATSConnection {
    /// An operation that the client has sent.
    enum Operation: Equatable {
        case subscribe(subject: String, id: String)
        case unsubscribe(id: String)
        case publish(subject: String, reply: String?, headers: String, payload: String)
    }

    private let connection: ScriptedConnection

    /// Sends the greeting and completes the client's login.
    init(_ connection: ScriptedConnection) throws {
        self.connection = connection
        try connection.write("INFO {\"version\":\"2.9.10\",\"headers\":true,\"max_payload\":1048576}\r\n")
        _ = try connection.read(until: "PING\r\n")
        try connection.write("PONG\r\n")
    }

    /// The next operation; nil at the end of the connection.
    func next() throws -> Operation? {
        while let line = try connection.read(until: "\r\n") {
            let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
            switch words.first {
            case "PING": try connection.write("PONG\r\n")
            case "SUB": return .subscribe(subject: words[1], id: words[words.count - 1])
            case "UNSUB": return .unsubscribe(id: words[1])
            case "PUB": return try publication(words, headerSize: 0)
            case "HPUB":
                var words = words
                let headerSize = Int(words.remove(at: words.count - 2)) ?? 0
                return try publication(words, headerSize: headerSize)
            default: break
            }
        }
        return nil
    }

    private func publication(_ words: [String], headerSize: Int) throws -> Operation {
        let bytes = try connection.read(count: (Int(words[words.count - 1]) ?? 0) + 2).dropLast(2)
        return .publish(
            subject: words[1], reply: words.count == 4 ? words[2] : nil,
            headers: String(decoding: bytes.prefix(headerSize), as: UTF8.self),
            payload: String(decoding: bytes.dropFirst(headerSize), as: UTF8.self))
    }

    /// The next publication to a subject; other operations are skipped.
    func publication(to subject: String) throws -> (payload: String, reply: String?, headers: String)? {
        while let operation = try next() {
            if case .publish(subject, let reply, let headers, let payload) = operation {
                return (payload, reply, headers)
            }
        }
        return nil
    }

    /// The next subscription whose subject meets a condition.
    func subscription(where isWanted: (String) -> Bool) throws -> (subject: String, id: String)? {
        while let operation = try next() {
            if case .subscribe(let subject, let id) = operation, isWanted(subject) { return (subject, id) }
        }
        return nil
    }

    /// Delivers a message.
    func deliver(_ payload: String, to subject: String, as id: String, reply: String? = nil) throws {
        let reply = reply.map { "\($0) " } ?? ""
        try connection.write("MSG \(subject) \(id) \(reply)\(payload.utf8.count)\r\n\(payload)\r\n")
    }

    /// Delivers the status `503`: there are no subscribers.
    func deliverNoResponders(to subject: String, as id: String) throws {
        try connection.write("HMSG \(subject) \(id) 16 16\r\nNATS/1.0 503\r\n\r\n\r\n")
    }
}
