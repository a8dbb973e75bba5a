// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension RegistryCase {
    static let records = [
        RegistryCase(
            "R07", .core,
            "Metadata with any text and up to 200 pairs, and nested endpoint types, are returned unchanged.",
            rationale: "Consul limits metadata to 64 pairs of limited length; tags and JSON lose special characters."
        ) { context in
            let special = [
                "unicode": "ü日本語", "non-BMP": "😈", "control": "\u{1}\t\u{7F}", "quotes": "\"'\\", "newline": "a\r\nb",
                "equals": "a=b=c", "dotted.key/with-slash": "x", "with=equals": "y", "empty": "", "ключ": "значение",
            ]
            for pairs in [0, 64, 65, 200] {
                var metadata = pairs == 0 ? [:] : special
                for number in 0..<max(0, pairs - special.count) { metadata["key-\(number)"] = "value \(number)" }
                var record = context.record(version: "\(pairs) β")
                record.metadata = metadata
                record.nodes[0].metadata = metadata
                record.endpoints = [
                    Endpoint(
                        name: "Special.\"Endpoint\"",
                        request: ValueShape(
                            name: "a", type: "A",
                            values: [
                                ValueShape(
                                    name: "b", type: "[]B", values: [ValueShape(name: "ü", type: "map[string]C")])
                            ]), response: nil, metadata: metadata),
                    Endpoint(name: "Second"),
                ]
                try await context.register(record)
                try await context.eventually(context.reader, sees: [record])
            }
        },
        RegistryCase(
            "R08", .core, "Empty fields stay empty, and a record without nodes is refused as an invalid argument.",
            rationale: "Adapters confuse nil with empty, and list services without nodes."
        ) { context in
            let minimal = ServiceRecord(
                name: "svc", version: "1",
                nodes: [Node(id: context.nodeID("svc", "minimal"), address: "10.0.0.1", port: 80)]
            )
            try await context.register(minimal)
            try await context.eventually(context.reader, sees: [minimal])
            try await context.expectError(.invalidArgument, from: "registering a record without nodes") {
                try await context.register(ServiceRecord(name: "empty", version: "1"))
            }
            try context.expect(try await context.reader.list(), is: ["svc"], "the list")
        },
        RegistryCase(
            "R09", .core, "A record of the maximum size is stored; one byte more is refused and changes nothing.",
            rationale: "etcd refuses records above 1.5 MiB when the adapter already considers the old one replaced."
        ) { context in
            let other = context.record("other")
            try await context.register(other)
            var record = context.record()
            record.metadata["padding"] = String(
                repeating: "x", count: context.bounds.limits.maxRecordSize - record.size - "padding".utf8.count)
            try await context.register(record)
            try await context.eventually(context.reader, sees: [record])
            var tooLarge = record
            tooLarge.metadata["padding"]?.append("x")
            try await context.expectError(.payloadTooLarge, from: "registering a record that is one byte too large") {
                try await context.register(tooLarge)
            }
            try await context.never("the refused record changes anything") {
                let (own, others) = (try await context.reader.lookUp("svc"), try await context.reader.lookUp("other"))
                return own != [record] || others != [other]
            }
        },
        RegistryCase(
            "R12", .core, "Addresses of every kind are stored unchanged; those that cannot be called are refused.",
            rationale: "IPv6 addresses are altered, and port 0 or 0.0.0.0 is registered."
        ) { context in
            let addresses: [(String, Int?)] = [
                ("10.0.0.1", 1), ("::1", 80), ("fe80::1%eth0", 65535), ("host.example", 443), ("_INBOX.x1Y2", nil),
            ]
            var record = context.record()
            record.nodes = addresses.enumerated().map { index, address in
                Node(id: context.nodeID("svc", "\(index)"), address: address.0, port: address.1)
            }
            try await context.register(record)
            try await context.eventually(context.reader, sees: [record])
            let invalidAddresses: [(String, Int?)] = [
                ("10.0.0.1", 0), ("10.0.0.1", -1), ("10.0.0.1", 70_000), ("0.0.0.0", 80), ("::", 80), ("", 80),
                ("a b", 80), ("a\r\nb", 80),
            ]
            for (address, port) in invalidAddresses {
                var record = context.record("wrong")
                record.nodes[0].address = address
                record.nodes[0].port = port
                let text = "\(address.debugDescription), port \(port.map(String.init) ?? "nil")"
                try await context.expectError(.invalidArgument, from: "registering \(text)") {
                    try await context.register(record)
                }
            }
            try context.expect(try await context.reader.list(), is: ["svc"], "the list")
        },
        RegistryCase(
            "R13", .core, "Changing a record after it was registered or returned does not change the stored record.",
            rationale: "Shared maps let a caller modify the registry by accident."
        ) { context in
            var registered = context.record()
            try await context.register(registered)
            registered.nodes[0].metadata["changed"] = "yes"
            try await context.eventually(context.writer, sees: [context.record()])
            var returned = try await context.writer.lookUp("svc")
            for index in returned.indices { returned[index].metadata["changed"] = "yes" }
            for _ in 1...3 {
                try context.expect(
                    try await context.writer.lookUp("svc"), is: [context.record()], "the lookup after the change")
            }
        },
        RegistryCase(
            "R14", .core, "Registering an unchanged record is a refresh: watches see no change.",
            rationale: "Heartbeats reported as changes cause constant work in every watch."
        ) { context in
            let record = context.record()
            try await context.register(record)
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [record])
            let before = recorder.states.count
            for _ in 1...5 { try await context.register(record) }
            try await context.never("the watch sees a refresh as a change") { recorder.states.count > before }
            try context.expect(try await context.reader.lookUp("svc"), is: [record], "the lookup")
        },
        RegistryCase(
            "R15", .core, "Registering a changed record updates it, and watches see every kind of change.",
            rationale: "go-micro's memory registry ignores changes; its etcd registry compares only the nodes."
        ) { context in
            var record = context.record()
            try await context.register(record)
            let recorder = context.record(try context.reader.watch("svc"))
            try await context.eventually(recorder, sees: [record])
            let changes: [(inout ServiceRecord) -> Void] = [
                { $0.nodes[0].address = "10.0.0.2" }, { $0.nodes[0].port = 9 }, { $0.nodes[0].metadata["k"] = "v" },
                { $0.nodes[0].metadata["k"] = "w" }, { $0.metadata["k"] = "v" }, { $0.endpoints.removeAll() },
                { $0.endpoints = [Endpoint(name: "New", metadata: ["k": "v"])] },
            ]
            for change in changes {
                change(&record)
                try await context.register(record)
                try await context.eventually(context.reader, sees: [record])
                try await context.eventually(recorder, sees: [record])
            }
        },
        RegistryCase(
            "R56", .capability, "The adapter reads records of go-micro, and go-micro reads records of the adapter.",
            rationale: "Teams migrate one service at a time, so that both run side by side for years.",
            capabilities: ["goMicroRecords"]
        ) { context in
            guard let peer = context.harness.goMicro else {
                throw ConformanceFailure("the adapter claims goMicroRecords, but the harness has no go-micro peer")
            }
            // go-micro has no namespaces, so the names are unique.
            let client = try await context.makeClient { $0.namespace = "" }
            for fromGo in [true, false] {
                var record = context.record("conformance-\(fromGo ? "go" : "swift")-\(context.namespace)")
                // go-micro stores no metadata of a version.
                record.metadata = [:]
                if fromGo {
                    context.scheduleDeregistration(of: record) { [record] in try await peer.deregister(record) }
                    try await peer.register(record)
                } else {
                    try await context.register(record, by: client)
                }
                try await context.eventually("the lookup of go-micro", is: [record]) {
                    try await peer.lookUp(record.name)
                }
                try await context.eventually(client, sees: [record], of: record.name)
                if fromGo { try await peer.deregister(record) } else { try await client.deregister(record) }
                try await context.eventually(client, sees: [], of: record.name)
            }
        },
        RegistryCase(
            "R112", .capability, "Nodes of other programs are found even if their IDs are not valid node IDs.",
            rationale: "Nomad and Registrator register `_nomad-task-…` and `host/app:1`, which adapters skip.",
            capabilities: ["goMicroRecords"]
        ) { context in
            guard let peer = context.harness.goMicro else {
                throw ConformanceFailure("the adapter claims goMicroRecords, but the harness has no go-micro peer")
            }
            let client = try await context.makeClient { $0.namespace = "" }
            let name = "conformance-ids-\(context.namespace)"
            var record = context.record(name)
            record.metadata = [:]
            let ids = ["_nomad-task-8f1b-\(name)-http", "host/\(name):1", "\(name) ä"]
            record.nodes = ids.enumerated().map { Node(id: $1, address: "10.0.0.\($0 + 1)", port: 80) }
            context.scheduleDeregistration(of: record) { [record] in try await peer.deregister(record) }
            try await peer.register(record)
            let addresses = record.nodes.map { "\(Address($0))" }
            try await context.eventually("the addresses of a lookup", is: addresses) {
                try await client.lookUp(name).flatMap(\.nodes).map { "\(Address($0))" }.sorted()
            }
            let recorder = context.record(try client.watch(name))
            try await context.eventually("the watch sees the nodes", within: context.bounds.timeouts.recovery) {
                recorder.nodes(of: name).map { "\(Address($0))" }.sorted() == addresses
            }
            for found in try await client.lookUp(name) {
                try found.validate()
                try await client.deregister(found)
            }
            try await context.eventually(client, sees: [], of: name)
        },
    ]
}
