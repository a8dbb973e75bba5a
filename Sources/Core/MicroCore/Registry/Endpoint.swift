// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One thing that a service can be asked, with the shapes of question and answer.
///
/// Its JSON is go-micro's:
/// `{"name":"Greeter.Hello","request":{"name":"HelloRequest","type":"HelloRequest","values":[…]},"response":…,"metadata":{…}}`.
public struct Endpoint: Sendable, Hashable {
    /// Such as `Greeter.Hello`.
    public var name: String
    /// The shape of the request; nil where it is not known.
    public var request: ValueShape?
    /// The shape of the response; nil where it is not known.
    public var response: ValueShape?
    /// What holds for the endpoint, such as `stream`.
    public var metadata: [String: String]

    /// Creates an endpoint.
    public init(
        name: String, request: ValueShape? = nil, response: ValueShape? = nil, metadata: [String: String] = [:]
    ) {
        self.name = name
        self.request = request
        self.response = response
        self.metadata = metadata
    }
}

/// The shape of a value: its name, its type, and the shapes of its fields.
public struct ValueShape: Sendable, Hashable {
    /// The name of the field, or of the type at the top.
    public var name: String
    /// The name of the type.
    public var type: String
    /// The fields, empty for a scalar.
    public var values: [ValueShape]

    /// Creates a shape.
    public init(name: String, type: String, values: [ValueShape] = []) {
        self.name = name
        self.type = type
        self.values = values
    }
}

extension Endpoint: Codable {
    private enum CodingKeys: String, CodingKey { case name, request, response, metadata }

    /// Reads go-micro's JSON; only `name` must be there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            request: try container.decodeIfPresent(ValueShape.self, forKey: .request),
            response: try container.decodeIfPresent(ValueShape.self, forKey: .response),
            metadata: try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:])
    }

    /// Writes go-micro's JSON: a missing shape as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(request, forKey: .request)
        try container.encode(response, forKey: .response)
        try container.encode(metadata, forKey: .metadata)
    }
}

extension ValueShape: Codable {
    private enum CodingKeys: String, CodingKey { case name, type, values }

    /// Reads go-micro's JSON; what is missing or `null` is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
            type: try container.decodeIfPresent(String.self, forKey: .type) ?? "",
            values: try container.decodeIfPresent([ValueShape].self, forKey: .values) ?? [])
    }

    /// Writes go-micro's JSON: no fields as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(type, forKey: .type)
        try container.encode(values.isEmpty ? nil : values, forKey: .values)
    }
}
