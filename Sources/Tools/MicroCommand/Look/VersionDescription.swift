// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// A version of a service as `micro describe` shows it.
struct VersionDescription: Encodable {
    struct NodeDescription: Encodable {
        let id: String
        let address: String
        /// The time since the process started, in seconds; nil if the node did not answer.
        let ageSeconds: Int?
        let metadata: [String: String]
    }

    struct EndpointDescription: Encodable {
        let name: String
        let description: String?
        let isStream: Bool
        let request: ValueShape?
        let response: ValueShape?
        /// A request with every field, as JSON in a string.
        let template: String
        let metadata: [String: String]
    }

    let name: String
    let version: String
    let metadata: [String: String]
    let nodes: [NodeDescription]
    private(set) var endpoints: [EndpointDescription]

    /// Describes a record.
    ///
    /// - Parameter uptimes: The seconds since the start of nodes, by node ID.
    init(_ record: ServiceRecord, uptimes: [String: Int]) {
        name = record.name
        version = record.version
        metadata = record.metadata
        nodes = record.nodes.sorted { $0.id < $1.id }.map {
            NodeDescription(
                id: $0.id, address: Address($0).description, ageSeconds: uptimes[$0.id], metadata: $0.metadata)
        }
        endpoints = record.endpoints.sorted { $0.name < $1.name }.map {
            EndpointDescription(
                name: $0.name, description: $0.metadata["description"], isStream: $0.isStream, request: $0.request,
                response: $0.response, template: RequestTemplate.json(for: $0.request), metadata: $0.metadata)
        }
    }

    /// The description with only one endpoint, or with all (nil). The name is compared without regard to case.
    func selecting(_ endpoint: String?) -> VersionDescription {
        guard let endpoint else { return self }
        var selected = self
        selected.endpoints = endpoints.filter { $0.name.lowercased() == endpoint.lowercased() }
        return selected
    }

    func write(to console: Console, showsNodes: Bool) throws {
        try console.line(StyledText(name, .bold) + StyledText(version.isEmpty ? "" : " \(version)"))
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { try console.line("  \(key): \(value)") }
        if showsNodes {
            try console.line()
            var table = Table("NODE", "ADDRESS", "AGE", "METADATA")
            for node in nodes {
                table.add(
                    StyledText(node.id), StyledText(node.address),
                    StyledText(node.ageSeconds.map { DurationText.age(seconds: $0) } ?? "-"),
                    StyledText(ServiceText.text(of: node.metadata)))
            }
            try console.table(table)
        }
        for endpoint in endpoints { try write(endpoint, to: console) }
        try console.line()
    }

    private func write(_ endpoint: EndpointDescription, to console: Console) throws {
        try console.line()
        try console.line(StyledText(endpoint.name, .bold) + StyledText(endpoint.isStream ? " (stream)" : "", .dim))
        if let description = endpoint.description { try console.line("  \(description)") }
        for (label, shape) in [("request", endpoint.request), ("response", endpoint.response)] {
            try console.lines("  \(label): \(ShapeText.text(of: shape).replacing("\n", with: "\n  "))")
        }
        // An endpoint that describes a subscription cannot be called.
        guard !endpoint.metadata.keys.contains("topic"), endpoint.metadata["subscriber"] == nil else { return }
        let command = endpoint.isStream ? "stream" : "call"
        let template = endpoint.template.replacing("'", with: "'\\''")
        try console.line(
            StyledText("  micro \(command) \(name) \(endpoint.name) ", .dim) + StyledText("'\(template)'", .green))
    }
}

extension Endpoint {
    /// Whether the endpoint is a streaming endpoint.
    var isStream: Bool { metadata["stream"] == "true" }
}
