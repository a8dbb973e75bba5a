// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Maps names and IDs of a namespace to those in Consul, which begin with the namespace and a slash.
///
/// No name of the contract contains a slash, so that namespaces, including the empty one, do not overlap.
struct ConsulNamespace: Sendable {
    /// Empty, or the namespace and a slash.
    let prefix: String

    init(_ name: String) { prefix = name.isEmpty ? "" : name + "/" }

    /// The name of a service in Consul.
    func stored(_ name: String) -> String { prefix + name }

    /// The name without the prefix; nil if it belongs to another namespace or is not a valid name.
    private func name(stored: String) -> String? {
        guard stored.hasPrefix(prefix) else { return nil }
        let name = String(stored.dropFirst(prefix.count))
        return NameRules.isName(name) ? name : nil
    }

    /// The name of a service; nil also for the service `consul`, which is Consul itself.
    func service(stored: String) -> String? { stored == "consul" ? nil : name(stored: stored) }

    // MARK: Node IDs

    /// The ID of a service instance in Consul.
    func storedID(ofNode id: String) -> String {
        guard let foreign = ForeignID.decoded(id), name(stored: foreign) == nil else { return prefix + id }
        return foreign
    }

    /// The node ID of a service instance. Other products register instances with IDs that are not valid for nodes, such as
    /// `_nomad-task-…` and `host/app:1`: these are encoded. Nil if the encoded ID is too long.
    func nodeID(stored: String) -> String? {
        if let id = name(stored: stored), storedID(ofNode: id) == stored { return id }
        let encoded = ForeignID.encoded(stored)
        return NameRules.isName(encoded) ? encoded : nil
    }
}

/// Encodes an arbitrary ID as a valid node ID: `consul-id:`, and each byte other than `A-Z a-z 0-9 . : -` as an underscore
/// and two hexadecimal digits.
private enum ForeignID {
    private static let prefix = "consul-id:"

    static func encoded(_ id: String) -> String {
        id.utf8.reduce(into: prefix) { result, byte in
            if isPlain(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += (byte < 0x10 ? "_0" : "_") + digits
            }
        }
    }

    /// The ID; nil if it is not an encoded one.
    static func decoded(_ encoded: String) -> String? {
        guard encoded.hasPrefix(prefix) else { return nil }
        var bytes: [UInt8] = []
        var rest = encoded.utf8.dropFirst(prefix.utf8.count)
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "_") {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A: true
        default: false
        }
    }
}
