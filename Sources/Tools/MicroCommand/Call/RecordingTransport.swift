// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A transport that records the attempts of calls, for `--verbose`.
final class RecordingTransport: Transport {
    /// One attempt of a call.
    struct Attempt: Sendable {
        let address: Address
        let duration: Duration
        /// Nil if it succeeded.
        let error: String?
    }

    private let base: any Transport
    private let recorded = Mutex<[Attempt]>([])

    init(_ base: any Transport) { self.base = base }

    /// The attempts so far.
    var attempts: [Attempt] { recorded.withLock(\.self) }

    var name: String { base.name }

    var capabilities: TransportCapabilities { base.capabilities }

    func call(_ request: TransportRequest, to address: Address) async throws -> TransportResponse {
        try await record(address) { try await base.call(request, to: address) }
    }

    func open(_ request: TransportRequest, to address: Address) async throws -> TransportStream {
        try await record(address) { try await base.open(request, to: address) }
    }

    func bind(to address: Address) async throws -> any TransportListener { try await base.bind(to: address) }

    func close() async { await base.close() }

    private func record<Value>(_ address: Address, _ body: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        func add(_ error: String?) {
            let attempt = Attempt(address: address, duration: ContinuousClock.now - start, error: error)
            recorded.withLock { $0.append(attempt) }
        }
        do {
            let value = try await body()
            add(nil)
            return value
        } catch {
            add("\(error)")
            throw error
        }
    }
}
