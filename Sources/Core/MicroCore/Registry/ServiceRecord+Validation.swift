// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension ServiceRecord {
    /// Checks the record by the rules that hold for every registry, before anything is sent.
    ///
    /// - Throws: ``MicroError`` with `invalidName` (the name, a node's ID), `invalidArgument` (no nodes, the version, an
    ///   address, a port) or `payloadTooLarge` (beyond ``maxSize``).
    public func validate() throws {
        try NameRules.check(service: name)
        guard version.unicodeScalars.count <= NameRules.maxVersionLength, NameRules.isPrintable(version) else {
            throw MicroError(
                .invalidArgument,
                "the version \(NameRules.quoted(version)) of \(name) must be up to \(NameRules.maxVersionLength) printable "
                    + "characters", origin: MicroError.Origin.registry)
        }
        guard !nodes.isEmpty else {
            throw MicroError(
                .invalidArgument, "the record of \(name) has no nodes: there is nothing to register",
                origin: MicroError.Origin.registry)
        }
        for node in nodes { try node.validate() }
        guard size <= Self.maxSize else {
            throw MicroError(
                .payloadTooLarge, "the record of \(name) has \(size) bytes of text, the limit is \(Self.maxSize)",
                origin: MicroError.Origin.registry)
        }
    }

    /// The largest record, in bytes of UTF-8 over all its texts. However much of it JSON has to escape, it stays below
    /// the 1.5 MiB of one etcd request.
    public static let maxSize = 256 * 1024

    /// The bytes of UTF-8 over all texts of the record.
    public var size: Int {
        let own = name.utf8.count + version.utf8.count + Self.size(metadata)
        let shapes = endpoints.reduce(0) {
            $0 + $1.name.utf8.count + ($1.request?.size ?? 0) + ($1.response?.size ?? 0) + Self.size($1.metadata)
        }
        return nodes.reduce(own + shapes) {
            $0 + $1.id.utf8.count + $1.address.utf8.count + Self.size($1.metadata)
        }
    }

    private static func size(_ pairs: [String: String]) -> Int {
        pairs.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}

extension ValueShape {
    fileprivate var size: Int { values.reduce(name.utf8.count + type.utf8.count) { $0 + $1.size } }
}

extension Node {
    /// Checks the node by the rules that hold for every registry.
    ///
    /// - Throws: ``MicroError`` with `invalidName` (the ID) or `invalidArgument` (the address, the port).
    public func validate() throws {
        try NameRules.check(nodeID: id)
        guard (1...NameRules.maxNameLength).contains(address.utf8.count), NameRules.isAddress(address) else {
            throw invalid("the address \(NameRules.quoted(address)) is not a host name or an IP address")
        }
        guard !Address(host: address, port: port).isUnspecified else {
            throw invalid("the address \(address) means every interface: callers need one they can reach")
        }
        if let port, !(1...65535).contains(port) { throw invalid("the port \(port) is not within 1…65535") }
    }

    private func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, "node \(id): \(problem)", origin: MicroError.Origin.registry)
    }
}

/// The rules for names, one set for all adapters: what every backend stores and shows unchanged.
public enum NameRules {
    static let maxNameLength = 253
    static let maxVersionLength = 128

    /// Whether a text is a valid name of a service or ID of a node: `[A-Za-z0-9][A-Za-z0-9._:-]{0,252}`.
    public static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= maxNameLength else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x3A || $0 == 0x5F }
    }

    /// Checks the name of a service.
    ///
    /// - Throws: ``MicroError`` with `invalidName`.
    public static func check(service name: String) throws { try check(name, "service name") }

    /// Checks the ID of a node.
    ///
    /// - Throws: ``MicroError`` with `invalidName`.
    public static func check(nodeID id: String) throws { try check(id, "node ID") }

    /// Checks the namespace of a client: `[A-Za-z0-9_-]{0,63}`.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument`.
    public static func check(namespace: String) throws {
        let isValid = namespace.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
        guard isValid, namespace.utf8.count <= 63 else {
            throw MicroError(
                .invalidArgument, "\(quoted(namespace)) is not a namespace: up to 63 of A-Z a-z 0-9 _ -",
                origin: MicroError.Origin.registry)
        }
    }

    private static func check(_ text: String, _ what: String) throws {
        guard isName(text) else {
            throw MicroError(
                .invalidName,
                "\(quoted(text)) is not a \(what): 1 to \(maxNameLength) of A-Z a-z 0-9 . _ : - with a letter or digit first",
                origin: MicroError.Origin.registry)
        }
    }

    /// The text in quotes, cut to what a terminal line can hold, without control characters.
    package static func quoted(_ text: String) -> String {
        let head = text.unicodeScalars.prefix(80).map { $0.properties.isPrintable ? String($0) : "?" }.joined()
        return "\"\(head)\(text.unicodeScalars.count > 80 ? "…" : "")\""
    }

    static func isPrintable(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(\.properties.isPrintable) }

    /// Printable ASCII without what separates an address from its surroundings in URLs.
    static func isAddress(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !Self.addressDelimiters.contains($0) }
    }

    private static let addressDelimiters = Set("/?#@[]\\\"<>".utf8)

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isPrintable: Bool {
        switch generalCategory {
        case .control, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
