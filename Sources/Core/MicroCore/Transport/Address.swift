// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The address of a listener: a host and a port, or an address in the format of a transport.
public struct Address: Sendable, Hashable, CustomStringConvertible {
    /// A host name, an IPv4 address, an IPv6 address without brackets, or an address in the format of the transport.
    public var host: String
    /// The port, 0…65535; 0 binds to a free port. Nil if the transport has no ports.
    public var port: Int?

    /// Creates an address without validating it.
    public init(host: String, port: Int? = nil) {
        self.host = host
        self.port = port
    }

    /// Creates the address of a node.
    public init(_ node: Node) { self.init(host: node.address, port: node.port) }

    /// Parses `host:port`, `[ipv6]:port`, `host`, `[ipv6]`, an IPv6 address without a port, or `:port` (all IPv4
    /// interfaces). The port is 0…65535; the text has at most 261 bytes.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument`; its message names the expected form.
    public init(parsing text: String) throws {
        let (host, port) = try Self.split(text)
        guard Self.isValidHost(host), text.utf8.count <= NameRules.maxNameLength + 8 else {
            throw Self.malformed(text)
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port)
    }

    private static func split(_ text: String) throws -> (host: String, port: Int?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw malformed(text) }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard !host.isEmpty, rest.isEmpty || rest.hasPrefix(":") else { throw malformed(text) }
            return (host, rest.isEmpty ? nil : try parsePort(rest.dropFirst(), in: text))
        }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        guard !text.isEmpty, text != ":" else { throw malformed(text) }
        // Text with several colons and without brackets is an IPv6 address without a port.
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), try parsePort(text[text.index(after: colon)...], in: text))
    }

    private static func parsePort(_ digits: Substring, in text: String) throws -> Int {
        guard let port = UInt16(digits), digits.utf8.allSatisfy(\.isASCIIDigit) else { throw malformed(text) }
        return Int(port)
    }

    private static func malformed(_ text: String) -> MicroError {
        MicroError(
            .invalidArgument,
            "\(NameRules.quoted(text)) is not an address: expected HOST, HOST:PORT, [IPV6]:PORT or :PORT, with a port "
                + "from 0 to 65535",
            origin: MicroError.Origin.transport)
    }

    /// Whether the host is a wildcard address (`0.0.0.0`, `::`), which cannot be called.
    public var isUnspecified: Bool {
        host == "0.0.0.0" || (host.contains(":") && host.allSatisfy { $0 == ":" || $0 == "0" })
    }

    /// Whether the host is `localhost`, `::1` or an IPv4 address that begins with `127.`. Other host names are not
    /// resolved.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || Self.isLoopbackIPv4(host) }

    /// Whether a host consists of decimal numbers of which the first is 127. `127.1` is a short form of `127.0.0.1`, and
    /// `127.0.0.1.example.com` is a name.
    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return (2...4).contains(parts.count) && parts[0] == "127"
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) }
    }

    /// Whether a text can be the host of an address: visible ASCII characters except those that delimit a host in a URL.
    static func isValidHost(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0.isVisibleASCII && !hostDelimiters.contains($0) }
    }

    private static let hostDelimiters = Set("/?#@[]\\\"<>".utf8)

    /// `host:port`, with brackets around an IPv6 address; the host alone, without brackets, if there is no port.
    public var description: String {
        guard let port else { return host }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
