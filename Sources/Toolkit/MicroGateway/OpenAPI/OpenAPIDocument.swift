// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import MicroCore
import NIOCore

/// The description of the routes of a gateway ([OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.0)), made of the shapes and
/// descriptions in the registry. Routes for any method are described for POST; regular expressions are left out.
struct OpenAPIDocument {
    private let table: RouteTable
    private let routes: [RouteDescription]

    init(_ table: RouteTable, router: GatewayRouter) {
        self.table = table
        routes = GatewayRoutes(table, router: router).routes.filter { $0.handler != .http }
    }

    /// The document as a response.
    func response() throws -> Response {
        let data = try JSONSerialization.data(
            withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// A route as people read it.
    struct Operation {
        let method: String
        let path: String
        let summary: String
        let description: String?
        let parameters: [(name: String, place: String)]
        /// The JSON Schema of the body of the request, as text; nil without a body.
        let request: String?
        /// The JSON Schema of the response, as text; nil if it is not known.
        let response: String?
    }

    /// The operations in the order of their paths.
    var operations: [Operation] {
        paths.sorted { $0.key < $1.key }.flatMap { path, methods in
            (methods as? [String: Any] ?? [:]).sorted { $0.key < $1.key }.map { method, value in
                let members = value as? [String: Any] ?? [:]
                let parameters = members["parameters"] as? [[String: Any]] ?? []
                let responses = members["responses"] as? [String: Any]
                return Operation(
                    method: method.uppercased(), path: path, summary: members["summary"] as? String ?? "",
                    description: members["description"] as? String,
                    parameters: parameters.map { ($0["name"] as? String ?? "", $0["in"] as? String ?? "") },
                    request: Self.schemaText(members["requestBody"]), response: Self.schemaText(responses?["200"]))
            }
        }
    }

    /// The schema of the first media type in a body, as text; nil if it says nothing.
    private static func schemaText(_ body: Any?) -> String? {
        let content = (body as? [String: Any])?["content"] as? [String: Any]
        let type = content?.sorted { $0.key < $1.key }.first?.value as? [String: Any]
        guard let schema = type?["schema"] as? [String: Any], !schema.isEmpty else { return nil }
        let data = try? JSONSerialization.data(
            withJSONObject: schema, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) }
    }

    private var document: [String: Any] {
        [
            "openapi": "3.1.0", "info": ["title": "swift-micro gateway", "version": SwiftMicro.version], "paths": paths,
            "components": [
                "schemas": [
                    "Error": [
                        "type": "object",
                        "properties": [
                            "id": ["type": "string"], "code": ["type": "integer"], "detail": ["type": "string"],
                            "status": ["type": "string"],
                        ],
                    ] as [String: Any]
                ]
            ],
        ]
    }

    private var paths: [String: Any] {
        var paths: [String: [String: Any]] = [:]
        var shapes: [String: String] = [:]
        for route in routes {
            guard let pattern = Self.pattern(of: route), let path = pattern.openAPIPath,
                // Paths that differ only in the names of variables are identical in OpenAPI.
                shapes[pattern.shape, default: path.path] == path.path,
                let endpoint = table.endpoints[route.service]?[route.endpoint]
            else { continue }
            shapes[pattern.shape] = path.path
            for method in route.methods.isEmpty ? ["POST"] : route.methods where Self.methods.contains(method) {
                guard paths[path.path]?[method.lowercased()] == nil else { continue }
                paths[path.path, default: [:]][method.lowercased()] = operation(
                    endpoint, route, id: "\(method) \(path.path)", method: method, variables: path.variables)
            }
        }
        return paths
    }

    /// The pattern of a route, which was parsed before.
    private static func pattern(of route: RouteDescription) -> PathPattern? { try? PathPattern(route.path) }

    private static let methods: Set = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"]

    private func operation(
        _ endpoint: Endpoint, _ route: RouteDescription, id: String, method: String, variables: [String]
    ) -> [String: Any] {
        let response = ["schema": endpoint.response.map { Self.schema($0) } ?? [:]]
        let isStream = endpoint.metadata["stream"] == "true" && route.handler == .rpc
        var operation: [String: Any] = [
            "operationId": id, "tags": [route.service], "summary": "\(route.service) \(route.endpoint)",
            "responses": [
                "200": [
                    "description": isStream ? "The messages of the service." : "The response of the service.",
                    "content": isStream
                        ? ["application/x-ndjson": response, "text/event-stream": response]
                        : ["application/json": response],
                ] as [String: Any],
                "default": [
                    "description": "An error.",
                    "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
                ] as [String: Any],
            ],
        ]
        if let description = endpoint.metadata["description"] { operation["description"] = description }
        var parameters: [[String: Any]] = variables.map {
            ["name": $0, "in": "path", "required": true, "schema": ["type": "string"]]
        }
        if method == "GET" || method == "HEAD" || method == "DELETE" {
            for field in endpoint.request?.values ?? [] where !variables.contains(field.name) && field.values.isEmpty {
                parameters.append(["name": field.name, "in": "query", "schema": Self.schema(field)])
            }
        } else {
            operation["requestBody"] = [
                "content": ["application/json": ["schema": endpoint.request.map { Self.schema($0) } ?? [:]]]
            ]
        }
        if !parameters.isEmpty { operation["parameters"] = parameters }
        return operation
    }

    /// The number of types within each other that are described. A type of a service could exhaust the stack otherwise.
    private static let maxDepth = 64

    /// The JSON Schema of a shape.
    private static func schema(_ shape: ValueShape, depth: Int = 0) -> [String: Any] {
        guard depth < maxDepth else { return [:] }
        if shape.type.hasPrefix("[]") {
            var element = shape
            element.type = String(shape.type.dropFirst(2))
            return ["type": "array", "items": schema(element, depth: depth + 1)]
        }
        if !shape.values.isEmpty {
            let properties = Dictionary(
                shape.values.map { ($0.name, schema($0, depth: depth + 1)) }, uniquingKeysWith: { first, _ in first })
            return ["type": "object", "properties": properties]
        }
        switch shape.type {
        case "string": return ["type": "string"]
        case "bool": return ["type": "boolean"]
        case let type where type.hasPrefix("int") || type.hasPrefix("uint"): return ["type": "integer"]
        case let type where type.hasPrefix("float"): return ["type": "number"]
        default: return [:]
        }
    }
}
