// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
package import MicroCore

/// The options that clients of registries and brokers have in common.
package protocol ClientOptions: Sendable {
    /// The addresses of proxies in front of the backend; nil for the backend itself.
    var addresses: [Address]? { get set }
    /// The time limit of one operation; nil for the default of the harness.
    var timeout: Duration? { get set }
    /// The credentials that the client authenticates with.
    var credentials: CredentialKind { get set }
    /// The certificate authority that the client trusts.
    var trust: TrustMode { get set }
    /// The logger of the client.
    var logger: Logger { get set }
}
