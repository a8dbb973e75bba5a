// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    /// Cases about names, records and namespaces at their limits.
    static let recordDetails = [
        RegistryCase(
            "R94", .core, "Services whose names differ only in case are different services.",
            rationale: "Consul compares names without regard to case: one service finds the nodes of the other."
        ) { context in
            let records = [("svc", "a"), ("SVC", "b"), ("Svc", "c")].map { context.record($0.0, node: $0.1) }
            let recorders = try records.map { context.record(try context.reader.watch($0.name)) }
            for record in records { try await context.register(record) }
            for (record, recorder) in zip(records, recorders) {
                try await context.eventually(context.reader, sees: [record], of: record.name)
                try await context.eventually(
                    recorder, sees: [record], of: record.name, within: context.bounds.timeouts.recovery)
            }
            try await context.writer.deregister(records[1])
            try await context.eventually(context.reader, sees: [], of: "SVC")
            try context.expect(try await context.reader.lookUp("svc"), is: [records[0]], "the lookup of svc")
        },
        RegistryCase(
            "R95", .core, "A record with an invalid part is refused by every operation, and nothing of it is stored.",
            rationale: "Some rules are checked only when registering, or the valid nodes of a record are stored."
        ) { context in
            let changes: [(name: String, code: MicroError.Code, change: (inout ServiceRecord) -> Void)] = [
                ("a node ID with a slash", .invalidName, { $0.nodes[0].id = "a/b" }),
                ("an empty node ID", .invalidName, { $0.nodes[0].id = "" }),
                (
                    "a node ID of 254 characters", .invalidName,
                    { $0.nodes[0].id = String(repeating: "x", count: 254) }
                ),
                (
                    "a version of 129 characters", .invalidArgument,
                    { $0.version = String(repeating: "1", count: 129) }
                ),
                ("a version with a line break", .invalidArgument, { $0.version = "1\n2" }),
                ("a name with a space", .invalidName, { $0.name = "a b" }),
                (
                    "an invalid second node", .invalidArgument,
                    { $0.nodes.append(Node(id: "second", address: "0.0.0.0", port: 1)) }
                ),
            ]
            for (name, code, change) in changes {
                var record = context.record("wrong")
                change(&record)
                let invalid = record
                try await context.expectError(code, from: "registering \(name)") {
                    try await context.register(invalid)
                }
                try await context.expectError(code, from: "deregistering \(name)") {
                    try await context.writer.deregister(invalid)
                }
            }
            try context.expect(try await context.reader.list(), is: [], "the list")
        },
        RegistryCase(
            "R100", .core, "Clients with and without a namespace do not see each other's services.",
            rationale: "The empty namespace is a prefix of all others."
        ) { context in
            let unnamed = try await context.makeClient { $0.namespace = "" }
            // Other users of the backend may use the empty namespace, so the names are unique.
            let (inside, outside) = ("inside-\(context.namespace)", "outside-\(context.namespace)")
            let all = context.record(try unnamed.watch(nil))
            try await context.register(context.record(outside), by: unnamed)
            try await context.register(context.record(inside))
            try await context.eventually(context.reader, sees: [context.record(inside)], of: inside)
            try await context.eventually(unnamed, sees: [context.record(outside)], of: outside)
            try await context.eventually(
                all, sees: [context.record(outside)], of: outside, within: context.bounds.timeouts.recovery)
            try context.expect(try await context.reader.list(), is: [inside], "the list of the namespace")
            let names = try await unnamed.list()
            try context.expect(
                !names.contains { $0.contains(inside) }, "the list without a namespace lacks the service in one")
            try context.expect(try await unnamed.lookUp(inside), is: [], "the lookup without a namespace")
            try context.expect(try await context.reader.lookUp(outside), is: [], "the lookup in the namespace")
            try context.expect(
                !all.states.contains { $0.names.contains { $0.contains(inside) } },
                "the watch without a namespace lacks the service in one")
        },
        RegistryCase(
            "R101", .core, "A service with hundreds of nodes is found and listed completely.",
            rationale: "A backend returns the first page of its keys."
        ) { context in
            // Kubernetes lists pages of 500 objects.
            var record = context.record(nodes: 0..<550)
            record.endpoints = []
            try await context.register(record)
            for number in 0..<60 { try await context.register(context.record("other-\(number)")) }
            try await context.eventually(context.reader, sees: [record], within: context.bounds.timeouts.recovery)
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [record], within: context.bounds.timeouts.recovery)
            try await context.eventually(
                "the list", is: (["svc"] + (0..<60).map { "other-\($0)" }).sorted(),
                within: context.bounds.timeouts.recovery
            ) { try await context.reader.list() }
        },
        RegistryCase(
            "R104", .core,
            "A registration replaces the metadata and endpoints of the earlier one, and adds nothing to it.",
            rationale: "Maps are merged, so that a removed key stays forever."
        ) { context in
            var record = context.record(metadata: ["removed": "yes", "kept": "yes"])
            record.metadata = ["removed": "yes", "kept": "yes"]
            record.endpoints += [Endpoint(name: "Removed.Call")]
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.register(record)
            try await context.eventually(context.reader, sees: [record])
            try await context.eventually(recorder, sees: [record], within: context.bounds.timeouts.recovery)
            let changes: [(inout ServiceRecord) -> Void] = [
                { $0.nodes[0].metadata["removed"] = nil }, { $0.metadata["removed"] = nil },
                { $0.endpoints.removeLast() }, { $0.nodes[0].metadata = [:] }, { $0.metadata = [:] },
            ]
            for change in changes {
                change(&record)
                try await context.register(record)
                try await context.eventually(context.reader, sees: [record])
                try await context.eventually(recorder, sees: [record], within: context.bounds.timeouts.recovery)
            }
        },
        RegistryCase(
            "R106", .core, "Deregistering removes nodes by their IDs, regardless of the other fields of the record.",
            rationale: "Adapters compare addresses or metadata, and remove other nodes or none."
        ) { context in
            let registered = context.record(nodes: 0..<3)
            try await context.register(registered)
            try await context.eventually(context.reader, sees: [registered])
            var other = ServiceRecord(name: "svc", version: registered.version, metadata: ["another": "record"])
            // The same address and port as another node.
            other.nodes = [Node(id: registered.nodes[1].id, address: "10.0.0.1", port: registered.nodes[2].port)]
            try await context.writer.deregister(other)
            var rest = registered
            rest.nodes.remove(at: 1)
            try await context.eventually(context.reader, sees: [rest])
        },
    ]
}
