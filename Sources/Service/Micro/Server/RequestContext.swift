// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// Metadata of the request being handled.
public struct RequestContext: Sendable {
    /// The name of the service that was called.
    public let service: String
    /// The name of the endpoint that was called.
    public let endpoint: String
    /// The headers of the request.
    public let headers: Headers
    /// The caller's deadline, at which the task of the handler is cancelled.
    public var deadline: ContinuousClock.Instant { monotonicDeadline.instant }
    /// The client of the service, for calls to other services.
    public let client: Client
    /// A logger with the endpoint as metadata.
    public let logger: Logger
    /// See ``/MicroCore/TransportRequest/usesLegacyNames``.
    let usesLegacyNames: Bool
    /// See ``deadline``.
    let monotonicDeadline: MonotonicTime
}
