// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import MicroCore

/// The address of a server, and the protocol for the connection.
struct NATSAddress: Sendable, Hashable, CustomStringConvertible {
    enum Scheme: String, Sendable, CaseIterable {
        case nats
        case tls
        case ws
        case wss

        var isWebSocket: Bool { self == .ws || self == .wss }

        var defaultPort: Int {
            switch self {
            case .nats, .tls: 4222
            case .ws: 80
            case .wss: 443
            }
        }
    }

    let scheme: Scheme
    let host: String
    let port: Int
    /// The name in the server's certificate if it is not the host.
    var tlsServerName: String?

    /// Parses `host`, `host:port`, or a URL of one of the schemes without a path.
    ///
    /// - Parameter kind: Provides the name of the address setting for errors.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`.
    init(parsing text: String, for kind: BackendKind) throws {
        let scheme = Scheme.allCases.first { text.hasPrefix("\($0)://") }
        var rest = Substring(text)
        if let scheme { rest = rest.dropFirst("\(scheme)://".count) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        // Addresses appear in messages, so credentials have separate settings.
        guard !text.contains("@") else {
            throw MicroError(
                .invalidArgument,
                "the address of a NATS server must not contain credentials: set NATS_USER and NATS_PASSWORD, or NATS_TOKEN "
                    + "(\(kind.role.addressSetting))",
                origin: kind.role.origin)
        }
        guard !rest.isEmpty, !rest.contains(where: { "/?# ".contains($0) }),
            let address = try? Address(parsing: String(rest)), address.port != 0
        else {
            throw MicroError(
                .invalidArgument,
                "\"\(text.prefix(100))\" is not the address of a NATS server: expected "
                    + "HOST:PORT, or a URL of nats, tls, ws or wss, several separated by commas (\(kind.role.addressSetting))",
                origin: kind.role.origin)
        }
        self.scheme = scheme ?? .nats
        host = address.host
        port = address.port ?? self.scheme.defaultPort
    }

    /// Parses an address that a server announced. It uses the scheme of that server; nil for an invalid address.
    ///
    /// - Parameter isTrusted: Whether the announcement is authentic. If not, the certificate must contain the name of
    ///   `server`.
    init?(discovered text: String, from server: NATSAddress, isTrusted: Bool) {
        guard text.utf8.count <= 300, let address = try? Address(parsing: text), let port = address.port, port > 0,
            !address.isUnspecified
        else { return nil }
        scheme = server.scheme
        host = address.host
        self.port = port
        // Servers announce IP addresses, which few certificates contain, so the name of one server applies to all.
        let name = server.tlsServerName ?? server.host
        tlsServerName = (Self.isIPAddress(host) || !isTrusted) && name != host ? name : nil
    }

    private static func isIPAddress(_ host: String) -> Bool {
        host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// Whether both addresses are the same server, regardless of the name in its certificate.
    func isSame(as other: NATSAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// The address as a URL.
    var description: String { "\(scheme)://\(Address(host: host, port: port))" }

    /// The target for libcurl.
    func target(tlsFirst: Bool) -> CurlSocketTarget {
        CurlSocketTarget(
            host: tlsServerName ?? host, port: port, address: tlsServerName == nil ? nil : host,
            usesTLS: scheme == .wss || (scheme == .tls && tlsFirst),
            webSocketPath: scheme.isWebSocket ? "/" : nil)
    }
}
