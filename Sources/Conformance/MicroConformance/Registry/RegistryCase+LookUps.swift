// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let lookUps = [
        RegistryCase(
            "R01", .core, "What one client registers another looks up, deep-equal",
            rationale: "The whole point; adapters drop fields on the way."
        ) { context in
            let record = context.record()
            try await context.register(record)
            try await context.eventually(context.b, sees: [record])
        },
        RegistryCase(
            "R02", .capability, "A client sees its own write at once",
            rationale: "go-micro's etcd and Consul registries read stale data by default.",
            needs: ["readYourWrites"]
        ) { context in
            for port in 1...20 {
                let record = context.record(port: port)
                try await context.register(record)
                try context.expect(try await context.a.lookUp("svc"), is: [record], "look-up after write \(port)")
            }
        },
        RegistryCase(
            "R03", .core, "An unknown name is an empty result, no error, and leaves nothing behind",
            rationale: "Adapters disagree: an empty list, nil, or an error."
        ) { context in
            for number in 1...50 {
                try context.expect(
                    try await context.b.lookUp("unknown-\(number)"), is: [], "look-up of an unknown name")
            }
            try context.expect(try await context.b.list(), is: [], "list")
        },
        RegistryCase(
            "R04", .core, "The list has each name once, sorted, and a name goes with its last node",
            rationale: "Some list versions, some nodes, some what is gone."
        ) { context in
            for name in ["b", "a"] {
                for (version, node) in [("1", "x"), ("1", "y"), ("2", "z")] {
                    try await context.register(context.record(name, version: version, node: node))
                }
            }
            try await context.eventually("list", is: ["a", "b"]) { try await context.b.list() }
            for node in ["x", "y"] { try await context.a.deregister(context.record("a", version: "1", node: node)) }
            try await context.eventually(context.b, sees: [context.record("a", version: "2", node: "z")], of: "a")
            try context.expect(try await context.b.list(), is: ["a", "b"], "list with one node of a left")
            try await context.a.deregister(context.record("a", version: "2", node: "z"))
            try await context.eventually("list", is: ["b"]) { try await context.b.list() }
        },
        RegistryCase(
            "R05", .core, "Versions live side by side, described by their latest registration; a node can move",
            rationale: "An etcd key without the version lets one version overwrite the other."
        ) { context in
            let (one, two) = (context.record(version: "1", node: "a"), context.record(version: "2", node: "b"))
            try await context.register(one)
            try await context.register(two)
            try await context.eventually(context.b, sees: [one, two])
            try await context.a.deregister(one)
            try await context.eventually(context.b, sees: [two])
            let moved = context.record(version: "3", node: "b")
            try await context.register(moved)
            try await context.eventually(context.b, sees: [moved])

            // Two processes of one version disagree about it: the one that registered last is right, whoever beats.
            var newer = context.record(version: "3", node: "c")
            newer.metadata = ["owner": "newer"]
            try await context.register(newer)
            newer.nodes = moved.nodes + newer.nodes
            try await context.eventually(context.b, sees: [newer])
            try await context.register(moved)
            try await context.never("a heartbeat of the older process wins") {
                try await context.b.lookUp("svc").first?.metadata != newer.metadata
            }
        },
        RegistryCase(
            "R06", .core, "Three nodes of one call and ten of ten clients are all there, once each",
            rationale: "go-micro's Consul registry registers only the first node of a record."
        ) { context in
            var record = context.record()
            record.nodes = (1...3).map { context.record(node: "one-\($0)").nodes[0] }
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
            try await context.eventually(context.b, sees: [record])
        },
        RegistryCase(
            "R16", .core, "Fifty concurrent registrations of one node leave one node with the value of one of them",
            rationale: "Check-then-act in adapters doubles nodes or mixes values."
        ) { context in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for port in 1...50 {
                    group.addTask {
                        try await context.register(context.record(port: port, metadata: ["port": "\(port)"]))
                    }
                }
                try await group.waitForAll()
            }
            try await context.eventually("there is one node, of one writer") {
                let nodes = try await context.b.lookUp("svc").flatMap(\.nodes)
                return nodes.count == 1 && nodes.allSatisfy { $0.port.map { "\($0)" } == $0.metadata["port"] }
            }
            try await context.never("there is another node") {
                try await context.b.lookUp("svc").flatMap(\.nodes).count != 1
            }
        },
        RegistryCase(
            "R52", .capability, "A linearizable read sees every write that was acknowledged before it, by whomever",
            rationale: "Default reads of Consul and serializable ones of etcd are stale without saying so.",
            needs: ["linearizableReads"],
            verifyUnsupported: { context in
                try await context.expectError(.unsupported, from: "asking for linearizable reads") {
                    _ = try await context.makeClient { $0.linearizableReads = true }
                }
            },
            run: { context in
                let reader = try await context.makeClient { $0.linearizableReads = true }
                for port in 1...50 {
                    try await context.register(context.record(port: port))
                    try context.expect(
                        try await reader.lookUp("svc"), is: [context.record(port: port)], "read after write \(port)")
                }
            }),
    ]
}
