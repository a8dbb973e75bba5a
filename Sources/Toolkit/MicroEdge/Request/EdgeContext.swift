// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
package import NIOCore

/// The context of a request to an ``EdgeServer``, for middleware and handlers.
public struct EdgeContext: RequestContext {
    /// Values that the HTTP library needs.
    public var coreContext: CoreRequestContextStorage
    /// The ID of the request. The response carries it in `X-Request-Id`.
    public internal(set) var requestID: String
    /// The IP address of the client: the peer's address, or, if the peer is a trusted proxy, the last address in
    /// `X-Forwarded-For` that is not a trusted proxy. Empty for a connection without an IP address.
    public internal(set) var clientAddress: String
    /// The normalized path. Routing, authorization and the access log all use it.
    public internal(set) var path: RequestPath
    /// The authenticated client; nil if authentication is not required.
    public internal(set) var identity: Identity?
    /// The time by which the head of the response must be ready: ``EdgeLimits/requestTimeout`` after the request
    /// arrived, or earlier for a route with a shorter timeout. The handler is cancelled then; if it fails, the response
    /// reports `deadlineExceeded`.
    public package(set) var deadline: ContinuousClock.Instant

    /// `X-Forwarded-For` for the next server: the peer's address, preceded by the received `X-Forwarded-For` if the
    /// peer is a trusted proxy. Only entries that trusted proxies have added are reliable.
    public internal(set) var forwardedFor: String
    /// The scheme of the client's request, `http` or `https`: that of this server, or the value of `X-Forwarded-Proto`
    /// if the peer is a trusted proxy.
    public internal(set) var scheme: String
    /// Whether the request came over HTTP/2.
    public let isHTTP2: Bool

    /// The connection, or the stream of HTTP/2.
    private let channel: any Channel

    /// The event loop of the connection.
    package let eventLoop: any EventLoop

    /// The request's permit of the server's concurrency limit, which is released with the last reference to the
    /// context. The body of a streamed response keeps one until it ends.
    var permit: ConcurrencyLimit.Permit?
    /// The request's permit of the concurrency limit of its route.
    package var routePermit: ConcurrencyLimit.Permit?

    /// The IP address of the other end of the connection, without the port; empty for a connection that has none.
    let peerAddress: String

    /// Creates the context of a request that was just received.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        eventLoop = source.channel.eventLoop
        channel = source.channel
        // A stream of HTTP/2 is a channel of its own. Its parent is the connection, whose parent is the listener.
        isHTTP2 = source.channel.parent?.parent != nil
        peerAddress = source.channel.remoteAddress?.ipAddress ?? ""
        clientAddress = peerAddress
        forwardedFor = peerAddress
        scheme = "http"
        requestID = ""
        path = .root
        deadline = .now
    }

    /// Sets the action to run if the client disconnects before the response has ended; nil for none.
    package func onDisconnect(_ action: (@Sendable () -> Void)?) {
        channel.eventLoop.execute { [channel] in
            do {
                try channel.pipeline.syncOperations.handler(type: DisconnectHandler.self).setAction(action)
            } catch {
                // The handlers are gone with the connection.
                action?()
            }
        }
    }
}
