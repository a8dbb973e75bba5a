// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the registry contract.
public typealias RegistryCase = ConformanceCase<RegistryTestContext>

extension RegistryCase {
    /// All cases of the registry contract, in the order of their IDs.
    public static let all: [RegistryCase] = ordered([
        lookups, records, names, deregistration, watches, close, heartbeats, leases, outages, restarts,
        backendHistory, networkFailures, credentials, connectionFaults, responseFaults, stress,
        models, recordDetails, watchDetails, registrationDetails,
    ])
}
