// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import MicroCore

/// Where a server is, and what is spoken there.
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
    /// The name in the server's certificate, where it is not the host.
    var tlsServerName: String?

    /// Reads `host`, `host:port`, or a URL of one of the schemes without a path.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument`.
    init(parsing text: String) throws {
        let scheme = Scheme.allCases.first { text.hasPrefix("\($0)://") }
        var rest = Substring(text)
        if let scheme { rest = rest.dropFirst("\(scheme)://".count) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        // Credentials in an address would be shown in messages: they have settings of their own.
        guard !rest.isEmpty, !rest.contains(where: { "@/?# ".contains($0) }),
            let address = try? Address(parsing: String(rest)), address.port != 0
        else {
            throw MicroError(
                .invalidArgument,
                "\"\(text.contains("@") ? "***" : String(text.prefix(100)))\" is not the address of a NATS server: expected "
                    + "HOST:PORT, or a URL of nats, tls, ws or wss, several with commas between (MICRO_BROKER_ADDRESS)",
                origin: MicroError.Origin.broker)
        }
        self.scheme = scheme ?? .nats
        host = address.host
        port = address.port ?? self.scheme.defaultPort
    }

    /// One that a server has told of, spoken to as that server is; nil for what cannot be an address.
    ///
    /// - Parameter isTrusted: Whether it was certainly the server who told. If not, the certificate has to be the server's.
    init?(discovered text: String, from server: NATSAddress, isTrusted: Bool) {
        guard text.utf8.count <= 300, let address = try? Address(parsing: text), let port = address.port, port > 0,
            !address.isUnspecified
        else { return nil }
        scheme = server.scheme
        host = address.host
        self.port = port
        // Servers tell their IP addresses, which are in few certificates: what names the one names the others.
        let name = server.tlsServerName ?? server.host
        tlsServerName = (Self.isIPAddress(host) || !isTrusted) && name != host ? name : nil
    }

    private static func isIPAddress(_ host: String) -> Bool {
        host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// Whether two are the same server, whatever it is called in certificates.
    func isSame(as other: NATSAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// As a URL.
    var description: String { "\(scheme)://\(Address(host: host, port: port))" }

    /// What libcurl connects to.
    func target(tlsFirst: Bool) -> CurlSocketTarget {
        CurlSocketTarget(
            host: tlsServerName ?? host, port: port, address: tlsServerName == nil ? nil : host,
            usesTLS: scheme == .wss || (scheme == .tls && tlsFirst),
            webSocketPath: scheme.isWebSocket ? "/" : nil)
    }
}
