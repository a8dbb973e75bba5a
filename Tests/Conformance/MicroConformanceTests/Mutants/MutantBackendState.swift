// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// The state that the clients of a mutant share.
final class MutantBackendState: Sendable {
    struct State {
        var outages = 0
        var isDown = false
        var isBroken = false
        var published: [String: [BrokerMessage]] = [:]
        var clients = 0
        var messages = 0
        var ends: [String: [@Sendable () -> Void]] = [:]
    }

    let state = Mutex(State())

    var outages: Int { state.withLock(\.outages) }
}
