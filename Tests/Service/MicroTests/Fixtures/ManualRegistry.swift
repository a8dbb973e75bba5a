// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import Synchronization
import TestSupport

/// A registry whose watches yield the states that a test provides.
final class ManualRegistry: Registry {
    private let sources = Mutex<[RegistryWatch.Source]>([])
    let watches = Counter()
    var name: String { "manual" }
    var capabilities: RegistryCapabilities { [] }
    var description: String { "the registry of the test" }

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        RegisterOutcome(timeToLive: timeToLive, created: true)
    }
    func deregister(_ service: ServiceRecord) async throws {}
    func lookUp(_ name: String) async throws -> [ServiceRecord] { [] }
    func list() async throws -> [String] { [] }
    func close() async {}

    func watch(_ name: String?) throws -> RegistryWatch {
        let (watch, source) = RegistryWatch.makeStream { [watches] in watches.add(-1) }
        sources.withLock { $0.append(source) }
        watches.add()
        return watch
    }

    func yield(_ state: RegistryState) { for source in sources.withLock(\.self) { source.yield(state) } }
}
