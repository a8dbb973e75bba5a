// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A name with its values, as in go-micro's `api` messages.
public struct APIPair: Codable, Sendable, Hashable {
    /// The name.
    public var key: String
    /// The values, in their order.
    public var values: [String]

    /// Creates a pair.
    public init(key: String, values: [String]) {
        self.key = key
        self.values = values
    }
}

/// The message for an endpoint with the handler `api`: an HTTP request, in go-micro's JSON.
public struct APIRequest: Codable, Sendable, Hashable {
    /// The method, such as `GET`.
    public var method: String
    /// The path, without the query.
    public var path: String
    /// The header fields by name.
    public var header: [String: APIPair]?
    /// The parameters of the query by name.
    public var get: [String: APIPair]?
    /// The fields of a form (`application/x-www-form-urlencoded`) by name.
    public var post: [String: APIPair]?
    /// The body as text; nil for a form.
    public var body: String?
    /// The path in its normal form, with the query as received.
    public var url: String?
}

/// The response of an endpoint with the handler `api`, in go-micro's JSON.
public struct APIResponse: Codable, Sendable, Hashable {
    /// The status; 0 or nil for 200.
    public var statusCode: Int?
    /// The header fields by name.
    public var header: [String: APIPair]?
    /// The body as text.
    public var body: String?

    /// Creates a response.
    public init(statusCode: Int? = nil, header: [String: APIPair]? = nil, body: String? = nil) {
        self.statusCode = statusCode
        self.header = header
        self.body = body
    }
}

/// The event that the handler `event` publishes, in go-micro's JSON.
public struct APIEvent: Codable, Sendable, Hashable {
    /// The name of the event, from the path.
    public var name: String
    /// A unique identifier.
    public var id: String
    /// The time of publication, in seconds since 1970.
    public var timestamp: Int64
    /// The header fields of the request by name.
    public var header: [String: APIPair]?
    /// The body of the request as text.
    public var data: String?
}
