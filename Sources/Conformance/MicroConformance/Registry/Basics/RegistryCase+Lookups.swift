// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let lookups = [
        RegistryCase(
            "R01", .core, "A record that one client registers is found by another client with all its fields.",
            rationale: "Adapters lose fields when they encode a record."
        ) { context in
            let record = context.record()
            try await context.register(record)
            try await context.eventually(context.reader, sees: [record])
        },
        RegistryCase(
            "R02", .capability, "A client sees its own writes immediately.",
            rationale: "go-micro's etcd and Consul registries return stale data by default.",
            capabilities: ["readYourWrites"]
        ) { context in
            for port in 1...20 {
                let record = context.record(port: port)
                try await context.register(record)
                try context.expect(
                    try await context.writer.lookUp("svc"), is: [record], "the lookup after write \(port)")
            }
        },
        RegistryCase(
            "R03", .core,
            "A lookup of an unknown service returns an empty result without an error, and creates nothing.",
            rationale: "Adapters differ: they return an empty list, nil or an error."
        ) { context in
            for number in 1...50 {
                try context.expect(
                    try await context.reader.lookUp("unknown-\(number)"), is: [], "the lookup of an unknown service")
            }
            try context.expect(try await context.reader.list(), is: [], "the list")
        },
        RegistryCase(
            "R04", .core, "The list contains each service once, sorted; a service disappears with its last node.",
            rationale: "Some adapters list versions or nodes, others list services that no longer exist."
        ) { context in
            for name in ["b", "a"] {
                for (version, node) in [("1", "x"), ("1", "y"), ("2", "z")] {
                    try await context.register(context.record(name, version: version, node: node))
                }
            }
            try await context.eventually("the list", is: ["a", "b"]) { try await context.reader.list() }
            for node in ["x", "y"] {
                try await context.writer.deregister(context.record("a", version: "1", node: node))
            }
            try await context.eventually(context.reader, sees: [context.record("a", version: "2", node: "z")], of: "a")
            try context.expect(try await context.reader.list(), is: ["a", "b"], "the list with one node of a left")
            try await context.writer.deregister(context.record("a", version: "2", node: "z"))
            try await context.eventually("the list", is: ["b"]) { try await context.reader.list() }
        },
        RegistryCase(
            "R05", .core,
            "Versions coexist, each described by its latest registration; a node can move to another version.",
            rationale: "With an etcd key that lacks the version, one version overwrites the other."
        ) { context in
            let (one, two) = (context.record(version: "1", node: "a"), context.record(version: "2", node: "b"))
            try await context.register(one)
            try await context.register(two)
            try await context.eventually(context.reader, sees: [one, two])
            try await context.writer.deregister(one)
            try await context.eventually(context.reader, sees: [two])
            let moved = context.record(version: "3", node: "b")
            try await context.register(moved)
            try await context.eventually(context.reader, sees: [moved])

            // Two processes of one version register different metadata: the latest change wins over heartbeats.
            var newer = context.record(version: "3", node: "c")
            newer.metadata = ["owner": "newer"]
            try await context.register(newer)
            newer.nodes = moved.nodes + newer.nodes
            try await context.eventually(context.reader, sees: [newer])
            try await context.register(moved)
            try await context.never("a heartbeat of the older process replaces the metadata") {
                try await context.reader.lookUp("svc").first?.metadata != newer.metadata
            }
        },
        RegistryCase(
            "R06", .core, "Several nodes of one registration and nodes of several clients are all found, each once.",
            rationale: "go-micro's Consul registry registers only the first node of a record."
        ) { context in
            var record = context.record()
            record.nodes = (1...20).map { context.record(node: "one-\($0)").nodes[0] }
            try await context.register(record)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...10 {
                    group.addTask {
                        let client = try await context.makeClient()
                        try await context.register(context.record(node: "many-\(number)"), by: client)
                    }
                }
                try await group.waitForAll()
            }
            record.nodes += (1...10).map { context.record(node: "many-\($0)").nodes[0] }
            try await context.eventually(context.reader, sees: [record])
        },
        RegistryCase(
            "R16", .core, "Concurrent registrations of one node leave one node with the value of one of them.",
            rationale: "Adapters that read before they write duplicate nodes or mix values."
        ) { context in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for port in 1...50 {
                    group.addTask {
                        try await context.register(context.record(port: port, metadata: ["port": "\(port)"]))
                    }
                }
                try await group.waitForAll()
            }
            try await context.eventually("there is one node with the value of one writer") {
                let nodes = try await context.reader.lookUp("svc").flatMap(\.nodes)
                return nodes.count == 1 && nodes.allSatisfy { $0.port.map { "\($0)" } == $0.metadata["port"] }
            }
            try await context.never("there is another node") {
                try await context.reader.lookUp("svc").flatMap(\.nodes).count != 1
            }
        },
        RegistryCase(
            "R52", .capability,
            "A linearizable read returns every write, by any client, that was acknowledged before the read.",
            rationale: "Default reads of Consul and serializable reads of etcd can be stale without any indication.",
            capabilities: ["linearizableReads"],
            verifyUnsupported: { context in
                try await context.expectError(.unsupported, from: "requesting linearizable reads") {
                    _ = try await context.makeClient { $0.linearizableReads = true }
                }
            },
            run: { context in
                let reader = try await context.makeClient { $0.linearizableReads = true }
                for port in 1...50 {
                    try await context.register(context.record(port: port))
                    try context.expect(
                        try await reader.lookUp("svc"), is: [context.record(port: port)], "the read after write \(port)"
                    )
                }
            }),
    ]
}
