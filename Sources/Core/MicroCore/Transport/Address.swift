// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Where a listener listens and a caller calls: a host and a port, or what a transport uses instead.
public struct Address: Sendable, Hashable, CustomStringConvertible {
    /// A host name, an IPv4 address, an IPv6 address without brackets, or a transport's own name for a place.
    public var host: String
    /// 0…65535, 0 to bind to any free port; nil where the transport has none.
    public var port: Int?

    /// Creates an address. Nothing is checked.
    public init(host: String, port: Int? = nil) {
        self.host = host
        self.port = port
    }

    /// Where a node listens.
    public init(_ node: Node) { self.init(host: node.address, port: node.port) }

    /// Reads `host:port`, `[ipv6]:port`, `host` or `:port` (every IPv4 interface).
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that says what is expected.
    public init(parsing text: String) throws {
        let (host, port) = try Self.split(text)
        guard NameRules.isAddress(host), text.utf8.count <= NameRules.maxNameLength + 8 else {
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
        let colons = text.utf8.count { $0 == 0x3A }
        guard !text.isEmpty, text != ":" else { throw malformed(text) }
        // Several colons without brackets: an IPv6 address without a port.
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), try parsePort(text[text.index(after: colon)...], in: text))
    }

    private static func parsePort(_ digits: Substring, in text: String) throws -> Int {
        guard let port = UInt16(digits), digits.utf8.allSatisfy({ $0 != 0x2B }) else { throw malformed(text) }
        return Int(port)
    }

    private static func malformed(_ text: String) -> MicroError {
        MicroError(
            .invalidArgument,
            "\(NameRules.quoted(text)) is not an address: expected HOST:PORT, [IPV6]:PORT or :PORT with a port up to 65535",
            origin: MicroError.Origin.transport)
    }

    /// Whether it means every interface (`0.0.0.0`, `::`), which nobody can call.
    public var isUnspecified: Bool {
        host == "0.0.0.0" || (host.contains(":") && host.allSatisfy { $0 == ":" || $0 == "0" })
    }

    /// Whether only this machine can call it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String {
        guard let port else { return host }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
