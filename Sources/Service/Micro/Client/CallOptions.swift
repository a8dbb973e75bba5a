// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// What holds for one call.
public struct CallOptions: Sendable {
    /// How long the call may take, all attempts together; nil for the client's. How long a stream may live; nil for as
    /// long as it takes.
    public var timeout: Duration?

    /// Whether a call that is made while a request is handled has to be over by the deadline of that request; true by
    /// default. A task that a handler starts and that outlives it calls with false.
    public var inheritsDeadline: Bool

    /// How often to try again after the first attempt; nil for the client's.
    public var retries: Int?

    /// Whether running the request twice does the same as running it once. If so, it is tried again also when it may
    /// have been run already: the connection broke before the answer came.
    public var isIdempotent: Bool

    /// How long to wait for an answer before another node is asked as well; the first answer counts, and the other call is
    /// cancelled. Nil, the default: never. Only for a call that ``isIdempotent``, and while there is another node; each second
    /// call is taken from the budget for repetitions.
    public var hedgeDelay: Duration?

    /// The media type of the request, of those that the client's codecs write for its type; nil for the first one.
    public var contentType: String?

    /// Which nodes may be called; nil for the client's filter.
    public var filter: NodeFilter?

    /// What ``SelectionStrategy/consistentHash`` chooses by, such as the ID of a customer.
    public var key: String?

    /// What travels beside the message.
    public var headers: Headers

    /// Called before each repetition, with the reason for it.
    public var onRetry: (@Sendable (MicroError) -> Void)?

    /// Creates options; all defaults are the client's.
    public init(
        timeout: Duration? = nil, retries: Int? = nil, isIdempotent: Bool = false, hedgeDelay: Duration? = nil,
        contentType: String? = nil, filter: NodeFilter? = nil, key: String? = nil, headers: Headers = [:],
        inheritsDeadline: Bool = true, onRetry: (@Sendable (MicroError) -> Void)? = nil
    ) {
        self.timeout = timeout
        self.retries = retries
        self.isIdempotent = isIdempotent
        self.hedgeDelay = hedgeDelay
        self.contentType = contentType
        self.filter = filter
        self.key = key
        self.headers = headers
        self.inheritsDeadline = inheritsDeadline
        self.onRetry = onRetry
    }
}
