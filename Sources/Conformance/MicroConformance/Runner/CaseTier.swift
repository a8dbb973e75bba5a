// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The group of adapters and harnesses that a case applies to.
public enum CaseTier: String, Sendable, Hashable, CaseIterable {
    /// Every adapter.
    case core = "C"
    /// Adapters that claim a capability.
    case capability = "K"
    /// Adapters whose backend can be controlled or reached through a fault proxy.
    case fault = "F"
    /// Stress.
    case stress = "S"
}
