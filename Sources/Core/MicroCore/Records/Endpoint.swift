// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An endpoint of a service, with the shapes of its request and response.
///
/// Its JSON is go-micro's:
/// `{"name":"Greeter.Hello","request":{"name":"HelloRequest","type":"HelloRequest","values":[…]},"response":…,"metadata":{…}}`.
public struct Endpoint: Sendable, Hashable {
    /// The name, such as `Greeter.Hello`.
    public var name: String
    /// The shape of the request; nil if unknown.
    public var request: ValueShape?
    /// The shape of the response; nil if unknown.
    public var response: ValueShape?
    /// The metadata of the endpoint, such as `stream`.
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

extension Endpoint: Codable {
    private enum CodingKeys: String, CodingKey { case name, request, response, metadata }

    /// Reads go-micro's JSON. Only `name` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            request: try container.decodeIfPresent(ValueShape.self, forKey: .request),
            response: try container.decodeIfPresent(ValueShape.self, forKey: .response),
            metadata: try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:])
    }

    /// Writes go-micro's JSON. An unknown shape is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(request, forKey: .request)
        try container.encode(response, forKey: .response)
        try container.encode(metadata, forKey: .metadata)
    }
}
