// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro

/// A registry of several processes.
struct RemoteRegistryStub: Registry {
    let name = "remote"
    let capabilities: RegistryCapabilities = []
    let description = "a remote registry"

    func register(_ service: ServiceRecord, timeToLive: Duration?) async throws -> RegisterOutcome {
        RegisterOutcome(timeToLive: nil, created: true)
    }
    func deregister(_ service: ServiceRecord) async throws {}
    func lookUp(_ name: String) async throws -> [ServiceRecord] { [] }
    func list() async throws -> [String] { [] }
    func watch(_ name: String?) throws -> RegistryWatch { RegistryWatch.makeStream().watch }
    func close() async {}
}
