// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import TestServers
import Testing

@testable import MicroKubernetes

@Suite struct KubernetesRecordTests {
    private let names = KubernetesNames(namespace: "dev")
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func lease(_ record: ServiceRecord) throws -> Lease {
        try KubernetesRecord.lease(record.nodes[0], of: record, names: names)
    }

    @Test func recordIsGoMicrosJSON() throws {
        let lease = try lease(record("svc"))
        #expect(
            lease.metadata.annotations?["swift-micro/record"]
                == #"{"endpoints":[],"metadata":{},"name":"svc","nodes":[{"address":"10.0.0.1:80","id":"svc-a","metadata":{}}],"version":"1"}"#
        )
        #expect(lease.spec?.holderIdentity == "10.0.0.1:80")
        #expect(KubernetesRecord.storedNode(lease, names: names, logger: logger)?.service == record("svc"))
    }

    @Test func longRecordsAreCompressed() throws {
        var long = record("svc")
        long.metadata["text"] = (0..<30_000).map { "\($0) 😈" }.joined().prefix(180_000).description
        let lease = try lease(long)
        #expect(lease.metadata.annotations?["swift-micro/record"] == nil)
        #expect(lease.spec?.holderIdentity?.hasPrefix("z:") == true)
        #expect(KubernetesRecord.storedNode(lease, names: names, logger: logger)?.service == long)
    }

    @Test func namesOfLeasesAreValidForKubernetes() {
        for id in ["a", "A.b_c:d-", String(repeating: "X", count: 253), "a..b", "1:"] {
            let name = names.leaseName(ofNode: id)
            #expect(name.wholeMatch(of: /[a-z0-9][a-z0-9-]*[a-z0-9]/) != nil && name.count <= 73, "\(name)")
        }
        #expect(names.leaseName(ofNode: "a") != names.leaseName(ofNode: "A"))
        #expect(names.leaseName(ofNode: "a.b") != names.leaseName(ofNode: "a_b"))
        #expect(names.leaseName(ofNode: "a") != KubernetesNames(namespace: "").leaseName(ofNode: "a"))
        #expect(names.label(of: "svc").wholeMatch(of: /[0-9a-f]{32}/) != nil)
    }

    @Test func selectorNamesAtMostAHundredServices() {
        let all = "swift%2Dmicro%2Fscope%3D\(names.scope)"
        #expect(names.selector(nil) == all)
        #expect(names.selector(["svc"]) == "\(all)%2Cswift%2Dmicro%2Fname%20in%20%28\(names.label(of: "svc"))%29")
        #expect(names.selector(Set((0..<101).map { "svc-\($0)" })) == all)
    }

    @Test func leaseOfAnotherNodeIsSkipped() throws {
        var lease = try lease(record("svc"))
        lease.metadata.name = "other"
        #expect(KubernetesRecord.storedNode(lease, names: names, logger: logger) == nil)
    }

    @Test func leaseThatWasNotRenewedIsExpired() throws {
        var lease = try lease(record("svc"))
        lease.spec?.leaseDurationSeconds = 30
        lease.spec?.renewTime = "2026-11-28T16:12:08.000000Z"
        func records(at time: String) -> Int {
            KubernetesRecord.records(
                of: "svc", in: [lease], at: ServerTime(rfc3339: time), names: names, logger: logger
            ).count
        }
        #expect(records(at: "2026-11-28T16:12:38Z") == 1)
        #expect(records(at: "2026-11-28T16:12:39Z") == 0)
        // The clock of its writer is ahead.
        #expect(records(at: "2026-11-28T15:12:08Z") == 1)
        lease.spec?.renewTime = nil
        #expect(records(at: "2026-11-28T16:12:08Z") == 0)
        lease.spec?.leaseDurationSeconds = nil
        #expect(records(at: "2036-11-28T16:12:08Z") == 1)
    }

    /// Server-side apply reads YAML, which does not permit all characters of JSON.
    @Test func charactersThatYAMLDoesNotPermitAreEscaped() throws {
        var special = record("svc")
        special.metadata = ["a/b": "\u{7F}\u{85}\u{2028}\u{FEFF}\u{FFFF} ü😈\u{1}"]
        let yaml = String(decoding: try lease(special).yaml(), as: UTF8.self)
        #expect(yaml.contains(#"\u007f\u0085\u2028\ufeff\uffff ü😈\\u0001"#))
        #expect(!yaml.contains(#"\/"#))
        let read = try JSONDecoder().decode(Lease.self, from: Data(yaml.utf8))
        #expect(try read == lease(special))
    }

    @Test func revisionIsThatOfTheLatestChange() throws {
        var lease = try lease(record("svc"))
        lease.metadata.resourceVersion = "17"
        #expect(lease.revision == 17)
        lease.metadata.annotations?["swift-micro/revision"] = "5"
        #expect(lease.revision == 5)
    }
}
