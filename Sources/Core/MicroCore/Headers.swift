// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The metadata of a request, a response or a message: names and values, in order, several of one name allowed.
///
/// Names compare without regard to ASCII case, as HTTP's do (RFC 9110, section 5.1), and keep the case they were given.
public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    /// A name and its value.
    public typealias Element = (name: String, value: String)

    private var fields: [Element]

    /// No headers.
    public init() { fields = [] }

    /// The headers of a literal, in its order.
    public init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { ($0.0, $0.1) } }

    /// The first value of a name. Setting it replaces all values of the name; nil removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Self.isSame($0.name, name) }?.value }
        set {
            guard let newValue else { return fields.removeAll { Self.isSame($0.name, name) } }
            if let index = fields.firstIndex(where: { Self.isSame($0.name, name) }) {
                fields[index] = (name, newValue)
                let rest = fields[(index + 1)...].filter { !Self.isSame($0.name, name) }
                fields.replaceSubrange((index + 1)..., with: rest)
            } else {
                fields.append((name, newValue))
            }
        }
    }

    /// All values of a name, in order.
    public func values(_ name: String) -> [String] {
        fields.lazy.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// Adds a value and keeps those that are there.
    public mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    /// Whether two names are the same but for the case of ASCII letters.
    package static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

extension Headers: RandomAccessCollection {
    /// Whether there are none.
    public var isEmpty: Bool { fields.isEmpty }
    /// 0.
    public var startIndex: Int { fields.startIndex }
    /// The number of fields.
    public var endIndex: Int { fields.endIndex }
    /// The field at a position.
    public subscript(position: Int) -> Element { fields[position] }
}

extension Headers: Hashable {
    /// Whether both have the same fields in the same order, names by their ASCII-case-insensitive value.
    public static func == (left: Headers, right: Headers) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { isSame($0.name, $1.name) && $0.value == $1.value }
    }

    /// Fields that compare equal hash alike.
    public func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name.lowercased())
            hasher.combine(field.value)
        }
    }
}
