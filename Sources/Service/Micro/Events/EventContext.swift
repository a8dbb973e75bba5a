// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// Metadata of the event being handled.
public struct EventContext: Sendable {
    /// The topic of the event. In a subscription to a pattern, the concrete topic.
    public let topic: String
    /// The headers of the event. `Micro-Id` is its unique ID, `Micro-From-Service` the service that published it.
    public let headers: Headers
    /// The number of the delivery attempt, from 1.
    public let attempt: Int
    /// The client of the service, for calls to other services and for further events.
    public let client: Client
    /// A logger with the topic as metadata.
    public let logger: Logger
}
