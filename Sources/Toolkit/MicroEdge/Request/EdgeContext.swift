// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Hummingbird
package import NIOCore

/// The context of a request to an ``EdgeServer``, for middleware and handlers.
public struct EdgeContext: RequestContext {
    /// Values that the HTTP library needs.
    public var coreContext: CoreRequestContextStorage
    /// The identifier of the request, which its response has in `X-Request-Id`.
    public internal(set) var requestID: String
    /// The IP address of the client, as seen from the first proxy that is not trusted.
    public internal(set) var clientAddress: String
    /// The path in its normal form. Routing, authorization and the log all use this one.
    public internal(set) var path: RequestPath
    /// The authenticated client; nil if authentication is not required.
    public internal(set) var identity: Identity?
    /// When the request must have a response.
    public package(set) var deadline: ContinuousClock.Instant

    /// `X-Forwarded-For` for the next server: the client, and the proxies that are trusted.
    public internal(set) var forwardedFor: String
    /// The scheme of the client's request, `http` or `https`.
    public internal(set) var scheme: String
    /// Whether the request came over HTTP/2.
    public let isHTTP2: Bool

    /// The connection, or the stream of HTTP/2.
    private let channel: any Channel

    /// The event loop of the connection.
    package let eventLoop: any EventLoop

    /// Counts the request as running. A response whose body is a stream keeps a reference to the context until it ends.
    var permit: ConcurrencyLimit.Permit?
    /// The same for the limit of a route.
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
