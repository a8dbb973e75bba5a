// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The shape of a value: its name, its type and the shapes of its fields.
public struct ValueShape: Sendable, Hashable {
    /// The name of the field; at the top level the name of the type.
    public var name: String
    /// The name of the type.
    public var type: String
    /// The shapes of the fields; empty for a scalar.
    public var values: [ValueShape]

    /// Creates a shape.
    public init(name: String, type: String, values: [ValueShape] = []) {
        self.name = name
        self.type = type
        self.values = values
    }
}

extension ValueShape: Codable {
    private enum CodingKeys: String, CodingKey { case name, type, values }

    /// Reads go-micro's JSON. Missing and `null` members are empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
            type: try container.decodeIfPresent(String.self, forKey: .type) ?? "",
            values: try container.decodeIfPresent([ValueShape].self, forKey: .values) ?? [])
    }

    /// Writes go-micro's JSON. An empty list of fields is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(type, forKey: .type)
        try container.encode(values.isEmpty ? nil : values, forKey: .values)
    }
}
