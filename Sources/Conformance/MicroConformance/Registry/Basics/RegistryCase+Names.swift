// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let names = [
        RegistryCase(
            "R10", .core, "Every service name is either stored exactly or refused before it is sent.",
            rationale:
                "go-micro's etcd registry replaces `/` by `-`, so that names collide, and `..` leaves the prefix."
        ) { context in
            let validNames = ["a-b", "a.b", "a_b", "A", "topic:events.hello", String(repeating: "x", count: 253)]
            let invalidNames = [
                "a/b", "..", "../x", ".", "-a", "a b", " a", "%2F", "ü", "", "a\u{0}b", "a\nb",
                String(repeating: "x", count: 254),
            ]
            for name in invalidNames {
                let abbreviated = name.prefix(20).debugDescription
                try await context.expectError(.invalidName, from: "registering \(abbreviated)") {
                    try await context.register(context.record(name))
                }
                try await context.expectError(.invalidName, from: "looking up \(abbreviated)") {
                    _ = try await context.writer.lookUp(name)
                }
                try await context.expectError(.invalidName, from: "watching \(abbreviated)") {
                    _ = try context.writer.watch(name)
                }
            }
            for name in validNames { try await context.register(context.record(name)) }
            try await context.eventually("the list", is: validNames.sorted()) { try await context.reader.list() }
            for name in validNames {
                try await context.eventually(context.reader, sees: [context.record(name)], of: name)
            }
        },
        RegistryCase(
            "R11", .core, "Services with similar names never appear in each other's lookups and watches.",
            rationale: "A query by prefix finds `svc-b` under `svc`."
        ) { context in
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [])
            let similarNames = ["svc-b", "svc.b", "svcb", "svc:b", "sv"]
            for name in similarNames { try await context.register(context.record(name)) }
            for name in similarNames {
                try await context.eventually(context.reader, sees: [context.record(name)], of: name)
            }
            try await context.never("a service with a similar name appears under svc") {
                try await !context.reader.lookUp("svc").isEmpty || recorder.states.contains { Set($0.names) != [] }
            }
            try await context.register(context.record())
            try await context.eventually(recorder, sees: [context.record()])
            try context.expect(
                Set(recorder.last?.names.map(\.self) ?? []), is: ["svc"], "the services in the watch of svc")
        },
        RegistryCase(
            "R43", .core, "Namespaces are isolated from each other, even if one name is a prefix of another.",
            rationale: "With a prefix that lacks a separator, `dev` sees `dev2`."
        ) { context in
            let ids = ["", "2", "-x"]
            var clients: [any Registry] = []
            for id in ids {
                let namespace = context.namespace + id
                clients.append(try await context.makeClient { $0.namespace = namespace })
            }
            let recorders = try clients.map {
                (one: context.record(try $0.watch("svc")), all: context.record(try $0.watch(nil)))
            }
            for (index, client) in clients.enumerated() {
                try await context.register(context.record(node: "of-\(index)", port: index + 1), by: client)
            }
            for (index, client) in clients.enumerated() {
                let own = [context.record(node: "of-\(index)", port: index + 1)]
                try await context.eventually(client, sees: own)
                try context.expect(try await client.list(), is: ["svc"], "the list")
                try await context.eventually(recorders[index].one, sees: own, within: context.bounds.timeouts.recovery)
                try await context.eventually(recorders[index].all, sees: own, within: context.bounds.timeouts.recovery)
                try context.expect(
                    recorders[index].all.states.allSatisfy { Set($0.names).isSubset(of: ["svc"]) },
                    "a watch of all services sees only its own namespace")
            }
            for (index, client) in clients.enumerated() {
                try await client.deregister(context.record(node: "of-\(index)"))
            }
        },
    ]
}
