// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore

extension RegistryState {
    /// Before anything was read.
    package static var notYetRead: RegistryState {
        RegistryState(
            freshness: .unknown(
                cause: MicroError(.unavailable, "nothing was read yet", origin: MicroError.Origin.registry)))
    }
}
