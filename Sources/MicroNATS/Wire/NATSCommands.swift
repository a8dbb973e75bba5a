// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import NIOCore

/// What a client sends, appended to what waits to be sent.
extension CurlOutput {
    /// A message. Subject, reply and headers have been checked.
    mutating func appendPublish(_ message: Message, to subject: String, reply: String? = nil) {
        let headers = message.headers
        append(headers.isEmpty ? "PUB " : "HPUB ")
        append(subject)
        append(0x20)
        if let reply {
            append(reply)
            append(0x20)
        }
        let headerSize = headers.isEmpty ? 0 : NATSHeaderBlock.size(of: headers)
        if headerSize > 0 {
            append(decimal: headerSize)
            append(0x20)
        }
        append(decimal: headerSize + message.body.readableBytes)
        appendLineEnd()
        if headerSize > 0 { append(headers) }
        message.body.withUnsafeReadableBytes { append($0) }
        appendLineEnd()
    }

    mutating func appendSubscribe(to subject: String, queue: String?, as id: UInt64) {
        append("SUB \(subject) \(queue.map { "\($0) " } ?? "")\(id)\r\n")
    }

    mutating func appendUnsubscribe(_ id: UInt64) { append("UNSUB \(id)\r\n") }

    mutating func appendPing() { append("PING\r\n") }

    mutating func appendPong() { append("PONG\r\n") }

    /// Who the client is. It holds secrets.
    mutating func appendConnect(_ login: NATSLogin, usesTLS: Bool) {
        var options = Connect(usesTLS: usesTLS)
        switch login {
        case .nobody: break
        case .user(let name, let password): (options.user, options.password) = (name, password.reveal())
        case .token(let token): options.token = token.reveal()
        }
        // Only texts and truth values are in it: encoding them cannot fail.
        let json = (try? JSONEncoder().encode(options)) ?? Data()
        append("CONNECT ")
        json.withUnsafeBytes { append($0) }
        appendLineEnd()
    }

    /// See [CONNECT](https://docs.nats.io/reference/reference-protocols/nats-protocol#connect).
    private struct Connect: Encodable {
        var verbose = false
        var pedantic = false
        var usesTLS: Bool
        var name = "swift-micro"
        var language = "swift"
        var version = "0.1.0"
        /// 1: servers that come and go may be told of.
        var level = 1
        var echo = true
        var headers = true
        var tellsOfNoResponders = true
        var user: String?
        var password: String?
        var token: String?

        init(usesTLS: Bool) { self.usesTLS = usesTLS }

        private enum CodingKeys: String, CodingKey {
            case verbose, pedantic, name, version, echo, headers, user
            case usesTLS = "tls_required"
            case language = "lang"
            case level = "protocol"
            case tellsOfNoResponders = "no_responders"
            case password = "pass"
            case token = "auth_token"
        }
    }

    private mutating func append(_ headers: Headers) {
        append("NATS/1.0\r\n")
        for (name, value) in headers {
            append(name)
            append(": ")
            append(value)
            appendLineEnd()
        }
        appendLineEnd()
    }

    private mutating func appendLineEnd() { append("\r\n") }
}
