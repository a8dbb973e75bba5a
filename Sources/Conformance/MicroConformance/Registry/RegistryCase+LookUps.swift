// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let lookUps = [
        RegistryCase(
            "R01", .core, "What one client registers another looks up, deep-equal",
            motive: "The whole point; adapters drop fields on the way."
        ) { trial in
            let record = trial.record()
            try await trial.register(record)
            try await trial.eventually(trial.b, sees: [record])
        },
        RegistryCase(
            "R02", .capability, "A client sees its own write at once",
            motive: "go-micro's etcd and Consul registries read stale data by default.",
            needs: ["readYourWrites"]
        ) { trial in
            for port in 1...20 {
                let record = trial.record(port: port)
                try await trial.register(record)
                try trial.expect(try await trial.a.lookUp("svc"), is: [record], "look-up after write \(port)")
            }
        },
        RegistryCase(
            "R03", .core, "An unknown name is an empty result, no error, and leaves nothing behind",
            motive: "Adapters disagree: an empty list, nil, or an error."
        ) { trial in
            for number in 1...50 {
                try trial.expect(try await trial.b.lookUp("unknown-\(number)"), is: [], "look-up of an unknown name")
            }
            try trial.expect(try await trial.b.list(), is: [], "list")
        },
        RegistryCase(
            "R04", .core, "The list has each name once, sorted, and a name goes with its last node",
            motive: "Some list versions, some nodes, some what is gone."
        ) { trial in
            for name in ["b", "a"] {
                for (version, node) in [("1", "x"), ("1", "y"), ("2", "z")] {
                    try await trial.register(trial.record(name, version: version, node: node))
                }
            }
            try await trial.eventually("list", is: ["a", "b"]) { try await trial.b.list() }
            for node in ["x", "y"] { try await trial.a.deregister(trial.record("a", version: "1", node: node)) }
            try await trial.eventually(trial.b, sees: [trial.record("a", version: "2", node: "z")], of: "a")
            try trial.expect(try await trial.b.list(), is: ["a", "b"], "list with one node of a left")
            try await trial.a.deregister(trial.record("a", version: "2", node: "z"))
            try await trial.eventually("list", is: ["b"]) { try await trial.b.list() }
        },
        RegistryCase(
            "R05", .core, "Versions live side by side, described by their latest registration; a node can move",
            motive: "An etcd key without the version lets one version overwrite the other."
        ) { trial in
            let (one, two) = (trial.record(version: "1", node: "a"), trial.record(version: "2", node: "b"))
            try await trial.register(one)
            try await trial.register(two)
            try await trial.eventually(trial.b, sees: [one, two])
            try await trial.a.deregister(one)
            try await trial.eventually(trial.b, sees: [two])
            let moved = trial.record(version: "3", node: "b")
            try await trial.register(moved)
            try await trial.eventually(trial.b, sees: [moved])

            // Two processes of one version disagree about it: the one that registered last is right, whoever beats.
            var newer = trial.record(version: "3", node: "c")
            newer.metadata = ["owner": "newer"]
            try await trial.register(newer)
            newer.nodes = moved.nodes + newer.nodes
            try await trial.eventually(trial.b, sees: [newer])
            try await trial.register(moved)
            try await trial.never("a heartbeat of the older process wins") {
                try await trial.b.lookUp("svc").first?.metadata != newer.metadata
            }
        },
        RegistryCase(
            "R06", .core, "Three nodes of one call and ten of ten clients are all there, once each",
            motive: "go-micro's Consul registry registers only the first node of a record."
        ) { trial in
            var record = trial.record()
            record.nodes = (1...3).map { trial.record(node: "one-\($0)").nodes[0] }
            try await trial.register(record)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...10 {
                    group.addTask {
                        let client = try await trial.makeClient()
                        try await trial.register(trial.record(node: "many-\(number)"), by: client)
                    }
                }
                try await group.waitForAll()
            }
            record.nodes += (1...10).map { trial.record(node: "many-\($0)").nodes[0] }
            try await trial.eventually(trial.b, sees: [record])
        },
        RegistryCase(
            "R16", .core, "Fifty concurrent registrations of one node leave one node with the value of one of them",
            motive: "Check-then-act in adapters doubles nodes or mixes values."
        ) { trial in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for port in 1...50 {
                    group.addTask {
                        try await trial.register(trial.record(port: port, metadata: ["port": "\(port)"]))
                    }
                }
                try await group.waitForAll()
            }
            try await trial.eventually("there is one node, of one writer") {
                let nodes = try await trial.b.lookUp("svc").flatMap(\.nodes)
                return nodes.count == 1 && nodes.allSatisfy { $0.port.map { "\($0)" } == $0.metadata["port"] }
            }
            try await trial.never("there is another node") {
                try await trial.b.lookUp("svc").flatMap(\.nodes).count != 1
            }
        },
        RegistryCase(
            "R52", .capability, "A linearizable read sees every write that was acknowledged before it, by whomever",
            motive: "Default reads of Consul and serializable ones of etcd are stale without saying so.",
            needs: ["linearizableReads"],
            refusal: { trial in
                try await trial.expectError(.unsupported, from: "asking for linearizable reads") {
                    _ = try await trial.makeClient { $0.linearizableReads = true }
                }
            },
            run: { trial in
                let reader = try await trial.makeClient { $0.linearizableReads = true }
                for port in 1...50 {
                    try await trial.register(trial.record(port: port))
                    try trial.expect(
                        try await reader.lookUp("svc"), is: [trial.record(port: port)], "read after write \(port)")
                }
            }),
    ]
}
