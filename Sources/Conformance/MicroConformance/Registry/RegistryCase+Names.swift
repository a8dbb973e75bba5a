// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let names = [
        RegistryCase(
            "R10", .core, "A name is stored exactly, or refused before anything is sent",
            motive: "etcd's `/` becomes `-` and collides, and `..` escapes the prefix."
        ) { trial in
            let good = ["a-b", "a.b", "a_b", "A", "topic:events.hello", String(repeating: "x", count: 253)]
            let bad = [
                "a/b", "..", "../x", ".", "-a", "a b", " a", "%2F", "ü", "", "a\u{0}b", "a\nb",
                String(repeating: "x", count: 254),
            ]
            for name in bad {
                let shown = name.prefix(20).debugDescription
                try await trial.expectError(.invalidName, from: "registering \(shown)") {
                    try await trial.register(trial.record(name))
                }
                try await trial.expectError(.invalidName, from: "looking up \(shown)") {
                    _ = try await trial.a.lookUp(name)
                }
                try await trial.expectError(.invalidName, from: "watching \(shown)") { _ = try trial.a.watch(name) }
            }
            for name in good { try await trial.register(trial.record(name)) }
            try await trial.eventually("list", is: good.sorted()) { try await trial.b.list() }
            for name in good { try await trial.eventually(trial.b, sees: [trial.record(name)], of: name) }
        },
        RegistryCase(
            "R11", .core, "Neighbours by name never leak into each other's look-ups and watches",
            motive: "A prefix query finds `svc-b` under `svc`."
        ) { trial in
            let recorder = trial.record(try trial.b.watch("svc"))
            try await trial.eventually(recorder, sees: [])
            let neighbours = ["svc-b", "svc.b", "svcb", "svc:b", "sv"]
            for name in neighbours { try await trial.register(trial.record(name)) }
            for name in neighbours { try await trial.eventually(trial.b, sees: [trial.record(name)], of: name) }
            try await trial.never("a neighbour is seen under svc") {
                try await !trial.b.lookUp("svc").isEmpty || recorder.states.contains { Set($0.names) != [] }
            }
            try await trial.register(trial.record())
            try await trial.eventually(recorder, sees: [trial.record()])
            try trial.expect(Set(recorder.last?.names.map(\.self) ?? []), is: ["svc"], "names in the watch of svc")
        },
        RegistryCase(
            "R43", .core, "Namespaces see nothing of each other, however alike their names",
            motive: "A prefix without a separator lets `dev` see `dev2`."
        ) { trial in
            let ids = ["", "2", "-x"]
            var clients: [any Registry] = []
            for id in ids {
                let namespace = trial.namespace + id
                clients.append(try await trial.makeClient { $0.namespace = namespace })
            }
            let recorders = try clients.map {
                (one: trial.record(try $0.watch("svc")), all: trial.record(try $0.watch(nil)))
            }
            for (index, client) in clients.enumerated() {
                try await trial.register(trial.record(node: "of-\(index)", port: index + 1), by: client)
            }
            for (index, client) in clients.enumerated() {
                let own = [trial.record(node: "of-\(index)", port: index + 1)]
                try await trial.eventually(client, sees: own)
                try trial.expect(try await client.list(), is: ["svc"], "list")
                try await trial.eventually(recorders[index].one, sees: own, within: trial.bounds.heal)
                try await trial.eventually(recorders[index].all, sees: own, within: trial.bounds.heal)
                try trial.expect(
                    recorders[index].all.states.allSatisfy { Set($0.names).isSubset(of: ["svc"]) },
                    "a watch of all sees its own namespace only")
            }
            for (index, client) in clients.enumerated() {
                try await client.deregister(trial.record(node: "of-\(index)"))
            }
        },
    ]
}
