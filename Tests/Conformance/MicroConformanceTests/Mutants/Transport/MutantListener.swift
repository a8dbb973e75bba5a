// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A listener with one defect.
final class MutantListener: TransportListener {
    private let defect: TransportDefect?
    private let base: any TransportListener

    init(_ defect: TransportDefect?, of base: any TransportListener) {
        self.defect = defect
        self.base = base
    }

    private static let silent: TransportStreamHandler = { _, _ in }

    var address: Address { base.address }

    func run(_ handler: @escaping TransportHandler, streams: @escaping TransportStreamLookup) async throws {
        try await base.run { [defect, base] request in
            var request = request
            if defect == .leaksOwnHeaders { request.headers.add("Host", base.address.description) }
            if defect == .drainsOnForeignService, request.service != "conformance" { await base.drain(deadline: .now) }
            do { return try await handler(request) } catch {
                guard defect == .leaksInternalErrors, !(error is MicroError) else { throw error }
                throw MicroError(.internal, "\(error)")
            }
        } streams: { [defect] endpoint in
            streams(endpoint) ?? (defect == .acceptsUnknownStreamEndpoints ? Self.silent : nil)
        }
    }

    func drain(deadline: ContinuousClock.Instant) async {
        switch defect {
        case .drainCancelsInFlight: await base.drain(deadline: .now)
        case .drainAcceptsNewRequests:
            try? await Task.sleep(until: deadline)
            await base.drain(deadline: deadline)
        default: await base.drain(deadline: deadline)
        }
    }
}
