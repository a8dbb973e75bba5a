// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore

/// Options of one call or stream.
public struct CallOptions: Sendable {
    /// The time limit of a call with all its attempts; nil for the client's ``Client/Configuration/requestTimeout``.
    /// For a stream, its maximum duration; nil for no limit other than an inherited deadline (see
    /// ``inheritsDeadline``).
    public var timeout: Duration?

    /// Whether a call or stream that a handler starts also ends at the deadline of the request that it handles; true by
    /// default. Set it to false in a task that outlives its handler.
    public var inheritsDeadline: Bool

    /// The maximum number of retries; nil for the client's.
    public var retries: Int?

    /// Whether running the request twice has the same effect as running it once. If true, the request is retried after
    /// every `unavailable` or `resourceExhausted` error, even if the service may have run it. If false, it is retried
    /// only if that error has ``/MicroCore/MicroError/isSafeToRetry``.
    public var isIdempotent: Bool

    /// The time to wait for a response (for a stream: until it is open) before the request is also sent to a second
    /// node; nil, the default, disables this. The first response is used, and the other attempt is cancelled. Applies
    /// only if the call ``isIdempotent`` and the service has another node; each second request counts as a retry in the
    /// client's budget.
    public var hedgeDelay: Duration?

    /// The media type of the request. Nil selects the first codec of the client that can encode the type of the
    /// request. A call without a suitable codec throws `unsupported`.
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

    /// Creates options with the defaults that the properties document.
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
