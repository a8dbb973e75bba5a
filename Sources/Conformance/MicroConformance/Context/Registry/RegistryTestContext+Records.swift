// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

extension RegistryTestContext {
    /// A record with one node, valid for every backend. The ID of the node is unique at the backend.
    package func record(
        _ name: String = "svc", version: String = "1.0.0", node: String = "a", port: Int? = 8080,
        metadata: [String: String] = [:]
    ) -> ServiceRecord {
        ServiceRecord(
            name: name, version: version, metadata: ["owner": "conformance"],
            endpoints: [
                Endpoint(
                    name: "Greeter.Hello",
                    request: ValueShape(
                        name: "Request", type: "Request", values: [ValueShape(name: "name", type: "string")]),
                    response: ValueShape(name: "Response", type: "Response"), metadata: ["stream": "false"])
            ],
            nodes: [
                Node(
                    id: nodeID(name, node), address: "10.0.0.1", port: port,
                    metadata: metadata.merging(["region": "eu"]) { $1 })
            ])
    }

    /// A record with several nodes, which differ in their IDs and ports.
    func record(_ name: String = "svc", nodes: some Sequence<Int>) -> ServiceRecord {
        var record = record(name)
        record.nodes = nodes.map { number in
            Node(id: nodeID(name, "\(number)"), address: "10.0.0.1", port: 1 + number)
        }
        return record
    }

    /// The ID of a node of ``record(_:version:node:port:metadata:)``.
    func nodeID(_ name: String, _ node: String) -> String { "\(name.prefix(100))-\(node)-\(namespace)" }
}
