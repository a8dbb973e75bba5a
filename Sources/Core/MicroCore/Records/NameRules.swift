// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The rules for names of services, nodes and namespaces, which are the same for all adapters. Every backend stores and
/// shows valid names unchanged.
public enum NameRules {
    static let maxNameLength = 253
    static let maxVersionLength = 128
    private static let maxNamespaceLength = 63

    /// Whether a text is a valid service name or node ID: `[A-Za-z0-9][A-Za-z0-9._:-]{0,252}`.
    public static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isASCIIAlphanumeric, text.utf8.count <= maxNameLength else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_")
        }
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
        let isValid = namespace.utf8.allSatisfy { byte in
            byte.isASCIIAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isValid, namespace.utf8.count <= maxNamespaceLength else {
            throw MicroError(
                .invalidArgument,
                "\(quoted(namespace)) is not a namespace: expected at most \(maxNamespaceLength) of A-Z a-z 0-9 _ -",
                origin: MicroError.Origin.registry)
        }
    }

    private static func check(_ text: String, _ what: String) throws {
        guard isName(text) else {
            throw MicroError(
                .invalidName,
                "\(quoted(text)) is not a \(what): expected 1 to \(maxNameLength) of A-Z a-z 0-9 . _ : - that begin with "
                    + "a letter or digit", origin: MicroError.Origin.registry)
        }
    }

    /// The text in quotes for a message: at most 80 characters, unprintable ones replaced by `?`.
    package static func quoted(_ text: String) -> String {
        let head = text.unicodeScalars.prefix(80).map { $0.properties.isPrintable ? String($0) : "?" }.joined()
        return "\"\(head)\(text.unicodeScalars.count > 80 ? "…" : "")\""
    }

    static func isPrintable(_ text: String) -> Bool {
        // Most texts are ASCII, for which no properties have to be looked up.
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
            || text.unicodeScalars.allSatisfy { $0.properties.isPrintable }
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
