// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The text of `get service`: Go Micro's, with metadata in a stable order and the endpoints of all versions.
enum ServiceText {
    static func write(_ records: [ServiceRecord], to console: Console) throws {
        guard let first = records.first else { return }
        try console.line(StyledText("service  \(first.name)"))
        for record in records {
            if !record.version.isEmpty {
                try console.line()
                try console.line(StyledText("version \(record.version)"))
            }
            try console.line()
            var nodes = Table("Id", "Address", "Port", "Metadata")
            for node in record.nodes.sorted(by: { $0.id < $1.id }) {
                nodes.add(
                    StyledText(node.id), StyledText(node.address), StyledText(node.port.map(String.init) ?? ""),
                    StyledText(text(of: node.metadata)))
            }
            try console.table(nodes)
        }
        var written: Set<Endpoint> = []
        for endpoint in records.flatMap(\.endpoints) where written.insert(endpoint).inserted {
            try write(endpoint, to: console)
        }
    }

    private static func write(_ endpoint: Endpoint, to console: Console) throws {
        try console.line()
        try console.line(StyledText("Endpoint: \(endpoint.name)"))
        let metadata = text(of: endpoint.metadata)
        if !metadata.isEmpty { try console.line(StyledText("Metadata: \(metadata)")) }
        for (label, shape) in [("Request", endpoint.request), ("Response", endpoint.response)] {
            try console.line()
            try console.lines("\(label): \(ShapeText.text(of: shape))")
        }
    }

    /// Pairs in a stable order: `region=eu,zone=a`.
    static func text(of metadata: [String: String]) -> String {
        metadata.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",")
    }
}
