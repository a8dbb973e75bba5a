// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Registers a subscriber with all layouts, as if they were one record, so that one heartbeat keeps all of them
/// registered.
///
/// The requests are sent one after another: a subscription never uses more than one connection, and an outage does
/// not multiply its attempts.
struct HTTPSubscriberRegistry: Registry {
    let registry: any Registry
    let subscriberID: String
    let topic: String
    let queue: String?
    let address: Address

    /// The record that represents all of them.
    var record: ServiceRecord { record(.prefixedTopic) }

    var name: String { registry.name }
    var capabilities: RegistryCapabilities { registry.capabilities }
    var description: String { "\(registry)" }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        var outcome = RegisterOutcome(timeToLive: timeToLive, created: false)
        for layout in HTTPSubscriberLayout.registered {
            let part = try await registry.register(record(layout), timeToLive: timeToLive)
            outcome = RegisterOutcome(timeToLive: part.timeToLive, created: outcome.created || part.created)
        }
        return outcome
    }

    /// Removes the records of all layouts.
    ///
    /// - Throws: The first error, after all removals have been attempted.
    func deregister(_ service: ServiceRecord) async throws {
        var failure: (any Error)?
        for layout in HTTPSubscriberLayout.registered {
            do { try await registry.deregister(record(layout)) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    func lookUp(_ name: String) async throws -> [ServiceRecord] { try await registry.lookUp(name) }
    func list() async throws -> [String] { try await registry.list() }
    func watch(_ name: String?) throws -> RegistryWatch { try registry.watch(name) }
    func close() async { await registry.close() }

    private func record(_ layout: HTTPSubscriberLayout) -> ServiceRecord {
        layout.record(of: subscriberID, topic: topic, queue: queue, at: address)
    }
}
