// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@Suite struct ServiceRecordMergingTests {
    private func stored(_ version: String, _ id: String, _ revision: UInt64, _ metadata: [String: String] = [:])
        -> StoredNode
    {
        let node = Node(id: id, address: "10.0.0.1", port: 80)
        return StoredNode(
            service: ServiceRecord(name: "svc", version: version, metadata: metadata, nodes: [node]), revision: revision
        )
    }

    @Test func latestRegistrationDescribesVersion() {
        let records = ServiceRecord.merging([
            stored("1", "b", 5, ["from": "b"]), stored("1", "a", 3, ["from": "a"]), stored("2", "c", 4),
        ])
        #expect(records.map(\.version) == ["1", "2"])
        #expect(records[0].metadata == ["from": "b"])
        #expect(records[0].nodes.map(\.id) == ["a", "b"])
    }

    @Test func nodeBelongsToOneVersion() {
        let records = ServiceRecord.merging([stored("1", "a", 3), stored("2", "a", 4)])
        #expect(records.map(\.version) == ["2"])
    }

    @Test func emptyInputGivesNoRecords() { #expect(ServiceRecord.merging([]).isEmpty) }
}
