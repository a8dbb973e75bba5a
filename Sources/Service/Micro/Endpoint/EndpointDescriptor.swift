// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Describes an endpoint: the types of its messages, its description in the registry, and codecs for its types. Code
/// generated from `.proto` files has a descriptor for each method.
///
/// A descriptor with a service name is all that a service and its callers need to share:
///
/// ```swift
/// let hello = EndpointDescriptor<HelloRequest, HelloResponse>("greeter", "Greeter.Hello")
///
/// service.handle(hello) { request, context in HelloResponse(greeting: "Hello \(request.name)") }
/// let response = try await client.call(hello, HelloRequest(name: "John"))
/// ```
public struct EndpointDescriptor<Request: Sendable, Response: Sendable>: Sendable {
    /// The service that callers call; nil if they name it in each call.
    public let service: String?
    /// The endpoint as the registry lists it.
    public let endpoint: Endpoint
    /// Codecs for message types that no codec of the service or the client supports, in the order of preference.
    public let codecs: [any Codec]

    /// The name of the endpoint, such as `Greeter.Hello`.
    public var name: String { endpoint.name }

    /// Creates a descriptor of an endpoint of a service.
    ///
    /// - Parameters:
    ///   - service: The name of the service that callers call, such as `greeter`.
    ///   - name: The name of the endpoint, such as `Greeter.Hello`.
    ///   - description: A sentence or more for people who read the registry; the metadata `description`.
    ///   - metadata: Further metadata for the registry, such as `path` and `method` for an API gateway.
    ///   - codecs: Codecs for message types that no codec of the service or the client supports.
    public init(
        _ service: String, _ name: String, description: String? = nil, metadata: [String: String] = [:],
        codecs: [any Codec] = []
    ) {
        self.init(
            name, of: service, request: nil, response: nil, description: description, metadata: metadata,
            codecs: codecs)
    }

    /// Creates a descriptor of an endpoint whose callers name the service.
    ///
    /// - Parameters:
    ///   - name: The name of the endpoint, such as `Greeter.Hello`.
    ///   - request: The shape of the request; nil to derive it from the type.
    ///   - response: The shape of the response; nil to derive it from the type.
    ///   - description: A sentence or more for people who read the registry; the metadata `description`.
    ///   - metadata: Further metadata for the registry, such as `path` and `method` for an API gateway.
    ///   - codecs: Codecs for message types that no codec of the service or the client supports.
    public init(
        _ name: String, request: ValueShape? = nil, response: ValueShape? = nil, description: String? = nil,
        metadata: [String: String] = [:], codecs: [any Codec] = []
    ) {
        self.init(
            name, of: nil, request: request, response: response, description: description, metadata: metadata,
            codecs: codecs)
    }

    private init(
        _ name: String, of service: String?, request: ValueShape?, response: ValueShape?, description: String?,
        metadata: [String: String], codecs: [any Codec]
    ) {
        self.service = service
        var metadata = metadata
        metadata["description"] = description ?? metadata["description"]
        endpoint = Endpoint(
            name: name, request: request ?? ValueShape(of: Request.self),
            response: response ?? ValueShape(of: Response.self), metadata: metadata)
        self.codecs = codecs
    }
}
