// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The metadata of a request, a response or a message: an ordered list of names and values, in which a name can occur
/// several times.
///
/// Comparison of names ignores ASCII case, as in HTTP (RFC 9110, section 5.1). Names keep their case.
public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    /// A name and its value.
    public typealias Element = (name: String, value: String)

    private var fields: [Element]

    /// Creates empty headers.
    public init() { fields = [] }

    /// Creates headers from a literal, in its order.
    public init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { ($0.0, $0.1) } }

    /// The first value of a name. Setting it replaces all values of the name; setting nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { $0.name.isEqualIgnoringASCIICase(name) }?.value }
        set {
            guard let newValue else { return fields.removeAll { $0.name.isEqualIgnoringASCIICase(name) } }
            if let index = fields.firstIndex(where: { $0.name.isEqualIgnoringASCIICase(name) }) {
                fields[index] = (name, newValue)
                let rest = fields[(index + 1)...].filter { !$0.name.isEqualIgnoringASCIICase(name) }
                fields.replaceSubrange((index + 1)..., with: rest)
            } else {
                fields.append((name, newValue))
            }
        }
    }

    /// All values of a name, in order.
    public func values(_ name: String) -> [String] {
        fields.lazy.filter { $0.name.isEqualIgnoringASCIICase(name) }.map(\.value)
    }

    /// Appends a value and keeps other values of the name.
    public mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }
}

extension Headers: RandomAccessCollection {
    /// Whether there are no headers.
    public var isEmpty: Bool { fields.isEmpty }
    /// The position of the first header.
    public var startIndex: Int { fields.startIndex }
    /// The position after the last header.
    public var endIndex: Int { fields.endIndex }
    /// The header at a position.
    public subscript(position: Int) -> Element { fields[position] }
}

extension Headers: Hashable {
    /// Whether both have the same headers in the same order. Names are compared without regard to ASCII case.
    public static func == (left: Headers, right: Headers) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.name.isEqualIgnoringASCIICase($1.name) && $0.value == $1.value }
    }

    /// Hashes names without regard to case, consistently with `==`.
    public func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name.lowercased())
            hasher.combine(field.value)
        }
    }
}
