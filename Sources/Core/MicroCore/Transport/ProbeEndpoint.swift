// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The built-in endpoints for the probes of an orchestrator. The HTTP transport maps `GET /healthz` and `GET /readyz` to them.
package enum ProbeEndpoint {
    /// Responds while the process serves requests.
    package static let live = "Debug.Live"
    /// Responds while the service is ready for calls; otherwise its error is `unavailable`.
    package static let ready = "Debug.Ready"
}
