// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import MicroHarnesses

/// The harness of a mutant of a transport adapter, or of the unchanged adapter if the defect is nil.
struct TransportMutantHarness: TransportHarness {
    private let defect: TransportDefect?
    private let base: any TransportHarness
    private let sharedState = MutantStreams()

    init(_ defect: TransportDefect?, of base: any TransportHarness) {
        self.defect = defect
        self.base = base
    }

    var subject: TestSubject {
        TestSubject(
            adapter: defect?.rawValue ?? "healthy", adapterVersion: "-", backend: base.subject.backend,
            backendVersion: base.subject.backendVersion)
    }
    var bounds: TransportBounds { base.bounds }
    var networkPath: NetworkPath { base.networkPath }
    var badPeers: (any BadTransportPeers)? { base.badPeers }

    func makeTransport(_ options: TransportClientOptions) async throws -> any Transport {
        MutantTransport(defect, of: try await base.makeTransport(options), in: sharedState) { [base] in
            try await base.makeTransport(options)
        }
    }
}
