// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// What a handler knows of the request besides its message.
public struct RequestContext: Sendable {
    /// The name of the service that was called.
    public let service: String
    /// The endpoint that was called.
    public let endpoint: String
    /// What travelled beside the message.
    public let headers: Headers
    /// When the caller stops waiting. The handler's task is cancelled then.
    public let deadline: ContinuousClock.Instant
    /// A logger that names the endpoint.
    public let logger: Logger
}
