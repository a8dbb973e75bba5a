// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Options of one call or stream.
public struct CallOptions: Sendable {
    /// The time limit of a call with all its attempts; nil for the client's. For a stream, its maximum duration; nil
    /// for no limit.
    public var timeout: Duration?

    /// Whether a call that a handler makes ends at the deadline of the request that is being handled; true by default. Set
    /// it to false in a task that outlives its handler.
    public var inheritsDeadline: Bool

    /// The maximum number of retries; nil for the client's.
    public var retries: Int?

    /// Whether running the request twice has the same effect as running it once. Such a request is also retried if the
    /// service may have run it, because the connection broke before the response arrived.
    public var isIdempotent: Bool

    /// The time to wait for a response before the request is sent to a second node as well; nil, the default, never does.
    /// The first response is used, and the other attempt is cancelled. Applies only if the call ``isIdempotent`` and
    /// the service has another node; each second request counts as a retry in the client's budget.
    public var hedgeDelay: Duration?

    /// The media type of the request; a codec of the client must support it for the type of the request. Nil for the
    /// media type of the first codec.
    public var contentType: String?

    /// The nodes that may be called; nil for the client's filter.
    public var filter: NodeFilter?

    /// The address of the node to call, which need not be registered; nil to select a node. With an address, the
    /// registry is not used, and ``filter`` and ``key`` have no effect. ``NodeFilter/address`` selects a registered
    /// node by its address.
    public var address: Address?

    /// The key that ``SelectionStrategy/consistentHash`` selects by, such as the ID of a customer.
    public var key: String?

    /// Headers of the request.
    public var headers: Headers

    /// Called before each retry with the error that caused it.
    public var onRetry: (@Sendable (MicroError) -> Void)?

    /// Creates options. Each defaults to the client's configuration.
    public init(
        timeout: Duration? = nil, retries: Int? = nil, isIdempotent: Bool = false, hedgeDelay: Duration? = nil,
        contentType: String? = nil, filter: NodeFilter? = nil, address: Address? = nil, key: String? = nil,
        headers: Headers = [:], inheritsDeadline: Bool = true, onRetry: (@Sendable (MicroError) -> Void)? = nil
    ) {
        self.timeout = timeout
        self.retries = retries
        self.isIdempotent = isIdempotent
        self.hedgeDelay = hedgeDelay
        self.contentType = contentType
        self.filter = filter
        self.address = address
        self.key = key
        self.headers = headers
        self.inheritsDeadline = inheritsDeadline
        self.onRetry = onRetry
    }
}
