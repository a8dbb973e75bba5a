// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension ServiceRecord {
    /// Validates the record by the rules of all registries. Adapters call it before they send anything.
    ///
    /// - Throws: ``MicroError`` with `invalidName` (the name, or the ID of a node), `invalidArgument` (the version, an
    ///   address, a port, or no nodes) or `payloadTooLarge` (larger than ``maxSize``).
    public func validate() throws {
        try NameRules.check(service: name)
        guard version.unicodeScalars.count <= NameRules.maxVersionLength, NameRules.isPrintable(version) else {
            throw MicroError(
                .invalidArgument,
                "the version \(NameRules.quoted(version)) of \(name) is not valid: expected at most "
                    + "\(NameRules.maxVersionLength) printable characters", origin: MicroError.Origin.registry)
        }
        guard !nodes.isEmpty else {
            throw MicroError(
                .invalidArgument, "the record of \(name) has no nodes: add at least one",
                origin: MicroError.Origin.registry)
        }
        for node in nodes { try node.validate() }
        guard size <= Self.maxSize else {
            throw MicroError(
                .payloadTooLarge, "the record of \(name) has \(size) bytes of text, the limit is \(Self.maxSize)",
                origin: MicroError.Origin.registry)
        }
    }

    /// The maximum size of a record, in bytes of UTF-8 of all its texts. Even if JSON has to escape every character, the
    /// record stays below etcd's limit of 1.5 MiB for a request.
    public static let maxSize = 256 * 1024

    /// The size of the record: the bytes of UTF-8 of all its texts.
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
    /// Validates the node by the rules of all registries.
    ///
    /// - Throws: ``MicroError`` with `invalidName` (the ID) or `invalidArgument` (the address or the port).
    public func validate() throws {
        try NameRules.check(nodeID: id)
        guard (1...NameRules.maxNameLength).contains(address.utf8.count), Address.isValidHost(address) else {
            throw invalid("the address \(NameRules.quoted(address)) is not a host name or an IP address")
        }
        guard !Address(host: address, port: port).isUnspecified else {
            throw invalid("the address \(address) is a wildcard address: use one that callers can reach")
        }
        if let port, !(1...65535).contains(port) { throw invalid("the port \(port) is not valid: expected 1…65535") }
    }

    private func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, "node \(id): \(problem)", origin: MicroError.Origin.registry)
    }
}
