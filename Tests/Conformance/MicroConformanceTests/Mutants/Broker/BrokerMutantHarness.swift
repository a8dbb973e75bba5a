// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroConformance
import MicroCore
import Synchronization

/// The harness of a mutant of a broker adapter; of the unchanged adapter without a defect (nil).
final class BrokerMutantHarness: BrokerHarness {
    let defect: BrokerDefect?
    let subject: TestSubject
    let bounds: BrokerBounds
    private let base: any BrokerHarness
    private let sharedState = MutantBackendState()

    init(_ defect: BrokerDefect?, of base: any BrokerHarness, bounds: BrokerBounds? = nil) {
        self.defect = defect
        self.base = base
        self.bounds = bounds ?? base.bounds
        subject = TestSubject(
            adapter: defect?.rawValue ?? "healthy", adapterVersion: "-", backend: base.subject.backend,
            backendVersion: base.subject.backendVersion)
    }

    var control: (any BackendControl)? { base.control.map { Control(base: $0, sharedState: sharedState) } }
    var endpoint: BackendEndpoint? { base.endpoint }
    var credentials: Set<CredentialKind> { base.credentials }
    var secrets: [String] { base.secrets }
    var peer: (any BrokerPeer)? { base.peer }
    var badSubscribers: (any BadSubscribers)? { base.badSubscribers }

    func makeClient(_ options: BrokerClientOptions) async throws -> any Broker {
        var options = options
        switch defect {
        case .usesOnlyFirstAddress: options.addresses = options.addresses.map { Array($0.prefix(1)) }
        case .skipsCertificateVerification:
            options.trust = .valid
            // A client of a proxy would still verify the name in the certificate.
            options.addresses = nil
        case .ignoresDeadlines: options.timeout = nil
        default: break
        }
        let (changed, base) = (options, self.base)
        return MutantBroker(
            defect, of: try await base.makeClient(changed), in: sharedState, secrets: secrets,
            makeAnother: { try await base.makeClient(changed) })
    }

    func resourceCounts() async throws -> ResourceCounts? { try await base.resourceCounts() }
    func removeLeftovers(_ prefix: String) async throws { try await base.removeLeftovers(prefix) }

    /// Counts the outages.
    private struct Control: BackendControl {
        let base: any BackendControl
        let sharedState: MutantBackendState

        var actions: Set<BackendAction> { base.actions }

        func perform(_ action: BackendAction) async throws {
            try await base.perform(action)
            switch action {
            case .stop, .kill: sharedState.state.withLock { ($0.outages, $0.isDown) = ($0.outages + 1, true) }
            case .wipe: sharedState.state.withLock { $0.outages += 1 }
            case .start: sharedState.state.withLock { $0.isDown = false }
            default: break
            }
        }
    }
}
