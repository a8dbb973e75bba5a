// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let records = [
        RegistryCase(
            "R07", .core, "Metadata and endpoints of any text and up to 200 pairs come back equal",
            rationale: "Consul's metadata holds 64 pairs of limited length; tags and JSON lose odd characters."
        ) { context in
            let odd = [
                "unicode": "ü日本語", "non-BMP": "😈", "control": "\u{1}\t\u{7F}", "quotes": "\"'\\", "newline": "a\r\nb",
                "equals": "a=b=c", "dotted.key/with-slash": "x", "with=equals": "y", "empty": "", "ключ": "значение",
            ]
            for pairs in [0, 64, 65, 200] {
                var metadata = pairs == 0 ? [:] : odd
                for number in 0..<max(0, pairs - odd.count) { metadata["key-\(number)"] = "value \(number)" }
                var record = context.record(version: "\(pairs) β")
                record.metadata = metadata
                record.nodes[0].metadata = metadata
                record.endpoints = [
                    Endpoint(
                        name: "Odd.\"Endpoint\"",
                        request: ValueShape(
                            name: "a", type: "A",
                            values: [
                                ValueShape(
                                    name: "b", type: "[]B", values: [ValueShape(name: "ü", type: "map[string]C")])
                            ]), response: nil, metadata: metadata),
                    Endpoint(name: "Second"),
                ]
                try await context.register(record)
                try await context.eventually(context.b, sees: [record])
            }
        },
        RegistryCase(
            "R08", .core, "Empty stays empty, and a record without nodes is an invalid argument",
            rationale: "nil and empty come back as each other, and a record without nodes is stored as a ghost."
        ) { context in
            let bare = ServiceRecord(
                name: "svc", version: "1",
                nodes: [Node(id: context.nodeID("svc", "bare"), address: "10.0.0.1", port: 80)]
            )
            try await context.register(bare)
            try await context.eventually(context.b, sees: [bare])
            try await context.expectError(.invalidArgument, from: "registering no nodes") {
                try await context.register(ServiceRecord(name: "ghost", version: "1"))
            }
            try context.expect(try await context.b.list(), is: ["svc"], "list")
        },
        RegistryCase(
            "R09", .core, "The largest record is stored; one byte more is refused and changes nothing",
            rationale: "etcd refuses above 1.5 MiB, after the old value was thought replaced."
        ) { context in
            let other = context.record("other")
            try await context.register(other)
            var record = context.record()
            record.metadata["padding"] = String(
                repeating: "x", count: context.bounds.maxRecordSize - record.size - "padding".utf8.count)
            try await context.register(record)
            try await context.eventually(context.b, sees: [record])
            var larger = record
            larger.metadata["padding"]?.append("x")
            try await context.expectError(.payloadTooLarge, from: "registering one byte more") {
                try await context.register(larger)
            }
            try await context.never("the refused record changes anything") {
                let (own, others) = (try await context.b.lookUp("svc"), try await context.b.lookUp("other"))
                return own != [record] || others != [other]
            }
        },
        RegistryCase(
            "R12", .core, "Every kind of address is kept, and what nobody can call is an invalid argument",
            rationale: "IPv6 addresses lose their form, port 0 and 0.0.0.0 get into registries."
        ) { context in
            let places: [(String, Int?)] = [
                ("10.0.0.1", 1), ("::1", 80), ("fe80::1%eth0", 65535), ("host.example", 443), ("_INBOX.x1Y2", nil),
            ]
            var record = context.record()
            record.nodes = places.enumerated().map { index, place in
                Node(id: context.nodeID("svc", "\(index)"), address: place.0, port: place.1)
            }
            try await context.register(record)
            try await context.eventually(context.b, sees: [record])
            let wrong: [(String, Int?)] = [
                ("10.0.0.1", 0), ("10.0.0.1", -1), ("10.0.0.1", 70_000), ("0.0.0.0", 80), ("::", 80), ("", 80),
                ("a b", 80), ("a\r\nb", 80),
            ]
            for (address, port) in wrong {
                var record = context.record("wrong")
                record.nodes[0].address = address
                record.nodes[0].port = port
                let place = "\(address.debugDescription), port \(port.map(String.init) ?? "nil")"
                try await context.expectError(.invalidArgument, from: "registering \(place)") {
                    try await context.register(record)
                }
            }
            try context.expect(try await context.b.list(), is: ["svc"], "list")
        },
        RegistryCase(
            "R13", .core, "Changing a value that was passed in or handed out changes nothing that is stored",
            rationale: "Shared maps let a caller change the registry behind its back."
        ) { context in
            var passedIn = context.record()
            try await context.register(passedIn)
            passedIn.nodes[0].metadata["changed"] = "yes"
            try await context.eventually(context.a, sees: [context.record()])
            var handedOut = try await context.a.lookUp("svc")
            for index in handedOut.indices { handedOut[index].metadata["changed"] = "yes" }
            for _ in 1...3 {
                try context.expect(try await context.a.lookUp("svc"), is: [context.record()], "look-up again")
            }
        },
        RegistryCase(
            "R14", .core, "Registering the same again is a refresh: one node, and no change for watchers",
            rationale: "Heartbeats that look like changes make every watcher work all the time."
        ) { context in
            let record = context.record()
            try await context.register(record)
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [record])
            let before = recorder.states.count
            for _ in 1...5 { try await context.register(record) }
            try await context.never("a refresh is seen as a change") { recorder.states.count > before }
            try context.expect(try await context.b.lookUp("svc"), is: [record], "look-up")
        },
        RegistryCase(
            "R15", .core, "Registering with something changed is visible, and told to watchers",
            rationale: "go-micro's memory registry ignores it, its etcd one compares only the node."
        ) { context in
            var record = context.record()
            try await context.register(record)
            let recorder = context.record(try context.b.watch("svc"))
            try await context.eventually(recorder, sees: [record])
            let changes: [(inout ServiceRecord) -> Void] = [
                { $0.nodes[0].address = "10.0.0.2" }, { $0.nodes[0].port = 9 }, { $0.nodes[0].metadata["k"] = "v" },
                { $0.nodes[0].metadata["k"] = "w" }, { $0.metadata["k"] = "v" }, { $0.endpoints.removeAll() },
                { $0.endpoints = [Endpoint(name: "New", metadata: ["k": "v"])] },
            ]
            for change in changes {
                change(&record)
                try await context.register(record)
                try await context.eventually(context.b, sees: [record])
                try await context.eventually(recorder, sees: [record])
            }
        },
        RegistryCase(
            "R56", .capability, "Records written by go-micro are read, and ours are read by go-micro",
            rationale: "Teams move service by service: both live side by side for years.", needs: ["goMicroRecords"]
        ) { context in
            guard let peer = context.harness.goMicro else {
                throw ConformanceFailure("the harness has no go-micro peer, which the claim of goMicroRecords needs")
            }
            // go-micro has no namespace: the names are unique instead.
            let client = try await context.makeClient { $0.namespace = "" }
            for fromGo in [true, false] {
                var record = context.record("conformance-\(fromGo ? "go" : "swift")-\(context.namespace)")
                // It keeps no metadata of a version.
                record.metadata = [:]
                if fromGo {
                    context.scheduleDeregistration(record, at: peer)
                    try await peer.register(record)
                } else {
                    try await context.register(record, by: client)
                }
                try await context.eventually("go-micro's look-up", is: [record]) { try await peer.lookUp(record.name) }
                try await context.eventually(client, sees: [record], of: record.name)
                if fromGo { try await peer.deregister(record) } else { try await client.deregister(record) }
                try await context.eventually(client, sees: [], of: record.name)
            }
        },
    ]
}
