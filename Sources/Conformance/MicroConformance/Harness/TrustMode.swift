// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The certificate authority that a client trusts for TLS.
public enum TrustMode: String, Sendable, Hashable, CaseIterable {
    /// The authority that issued the certificate of the backend.
    case valid
    /// An authority that did not issue the certificate of the backend.
    case wrongAuthority
}
