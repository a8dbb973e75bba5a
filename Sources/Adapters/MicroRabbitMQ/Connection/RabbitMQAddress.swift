// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The credentials of a client.
struct RabbitMQLogin: Sendable {
    let user: String
    let password: Secret
}

/// The address of a server ([RabbitMQ's URI scheme](https://www.rabbitmq.com/docs/uri-spec)).
struct RabbitMQAddress: Sendable, CustomStringConvertible {
    let usesTLS: Bool
    let host: String
    let port: Int
    /// The virtual host in the URL; nil if it has none.
    let virtualHost: String?
    /// The credentials in the URL; nil if it has none.
    let login: RabbitMQLogin?

    /// Parses `host`, `host:port`, or a URL.
    ///
    /// - Parameter kind: Names the setting of the address in errors.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`. The message does not contain credentials.
    init(parsing text: String, for kind: BackendKind) throws {
        guard let parsed = Self(text) else {
            throw kind.invalid(
                "\"\(text.contains("@") ? "***" : String(text.prefix(100)))\" is not the address of a RabbitMQ server: "
                    + "expected HOST:PORT or amqp(s)://USER:PASSWORD@HOST:PORT/VHOST with percent-encoded parts, several "
                    + "separated by commas (\(kind.role.addressSetting))")
        }
        self = parsed
    }

    private init?(_ text: String) {
        var rest = Substring(text)
        usesTLS = rest.hasPrefix("amqps://")
        if let scheme = ["amqps://", "amqp://"].first(where: text.hasPrefix) { rest = rest.dropFirst(scheme.count) }
        guard !rest.contains(where: { "?# ".contains($0) }) else { return nil }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = rest[slash...].dropFirst()
        rest = rest[..<slash]
        // The URI rule makes a path of only a slash the virtual host with an empty name, which no server has.
        if path.isEmpty {
            virtualHost = nil
        } else {
            guard !path.contains("/"), let name = path.percentDecoded, (1...255).contains(name.utf8.count) else {
                return nil
            }
            virtualHost = name
        }
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let user = parts[0].percentDecoded, let password = parts[1].percentDecoded,
                !user.isEmpty
            else { return nil }
            login = RabbitMQLogin(user: user, password: Secret(password))
            rest = rest[rest.index(after: at)...]
        } else {
            login = nil
        }
        guard !rest.isEmpty, let address = try? Address(parsing: String(rest)), address.port != 0 else { return nil }
        host = address.host
        port = address.port ?? (usesTLS ? 5671 : 5672)
    }

    /// The address as a URL, without credentials.
    var description: String { "\(usesTLS ? "amqps" : "amqp")://\(Address(host: host, port: port))" }

    /// The target for libcurl.
    var target: CurlSocketTarget { CurlSocketTarget(host: host, port: port, usesTLS: usesTLS) }
}

extension RabbitMQAddress: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        left.description == right.description && left.virtualHost == right.virtualHost
            && left.login?.user == right.login?.user
    }
}

extension Substring {
    /// The text without percent encoding; nil if it is not valid.
    fileprivate var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let text = String(digits), text.allSatisfy(\.isHexDigit),
                let value = UInt8(text, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
