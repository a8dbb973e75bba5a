// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let names = [
        RegistryCase(
            "R10", .core, "A name is stored exactly, or refused before anything is sent",
            rationale: "etcd's `/` becomes `-` and collides, and `..` escapes the prefix."
        ) { context in
            let good = ["a-b", "a.b", "a_b", "A", "topic:events.hello", String(repeating: "x", count: 253)]
            let bad = [
                "a/b", "..", "../x", ".", "-a", "a b", " a", "%2F", "ü", "", "a\u{0}b", "a\nb",
                String(repeating: "x", count: 254),
            ]
            for name in bad {
                let abbreviated = name.prefix(20).debugDescription
                try await context.expectError(.invalidName, from: "registering \(abbreviated)") {
                    try await context.register(context.record(name))
                }
                try await context.expectError(.invalidName, from: "looking up \(abbreviated)") {
                    _ = try await context.a.lookUp(name)
                }
                try await context.expectError(.invalidName, from: "watching \(abbreviated)") {
                    _ = try context.a.watch(name)
                }
            }
            for name in good { try await context.register(context.record(name)) }
            try await context.eventually("list", is: good.sorted()) { try await context.b.list() }
            for name in good { try await context.eventually(context.b, sees: [context.record(name)], of: name) }
        },
        RegistryCase(
            "R11", .core, "Neighbours by name never leak into each other's look-ups and watches",
            rationale: "A prefix query finds `svc-b` under `svc`."
        ) { context in
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [])
            let neighbours = ["svc-b", "svc.b", "svcb", "svc:b", "sv"]
            for name in neighbours { try await context.register(context.record(name)) }
            for name in neighbours { try await context.eventually(context.b, sees: [context.record(name)], of: name) }
            try await context.never("a neighbour is seen under svc") {
                try await !context.b.lookUp("svc").isEmpty || recorder.states.contains { Set($0.names) != [] }
            }
            try await context.register(context.record())
            try await context.eventually(recorder, sees: [context.record()])
            try context.expect(Set(recorder.last?.names.map(\.self) ?? []), is: ["svc"], "names in the watch of svc")
        },
        RegistryCase(
            "R43", .core, "Namespaces see nothing of each other, however alike their names",
            rationale: "A prefix without a separator lets `dev` see `dev2`."
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
                try context.expect(try await client.list(), is: ["svc"], "list")
                try await context.eventually(recorders[index].one, sees: own, within: context.bounds.recoveryTimeout)
                try await context.eventually(recorders[index].all, sees: own, within: context.bounds.recoveryTimeout)
                try context.expect(
                    recorders[index].all.states.allSatisfy { Set($0.names).isSubset(of: ["svc"]) },
                    "a watch of all sees its own namespace only")
            }
            for (index, client) in clients.enumerated() {
                try await client.deregister(context.record(node: "of-\(index)"))
            }
        },
    ]
}
