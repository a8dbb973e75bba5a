// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging
public import MicroCore

/// What a handler knows of an event besides its message.
public struct EventContext: Sendable {
    /// The topic that it was published to; of a subscription to a pattern, the concrete one.
    public let topic: String
    /// What travelled beside the event: `Micro-Id` tells events apart, `Micro-From-Service` is who published it.
    public let headers: Headers
    /// 1 when the event comes for the first time, 2 for the second, and so on.
    public let attempt: Int
    /// A logger that names the topic.
    public let logger: Logger
}
