// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A client's connection as the rest of the program sees it: everything happens on its event loop.
final class HTTPConnection: Sendable {
    private let handler: NIOLoopBound<HTTPClientHandler>

    /// On the event loop of the handler.
    init(_ handler: HTTPClientHandler, on eventLoop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// The event loop that it lives on.
    var eventLoop: any EventLoop { handler.eventLoop }

    /// Sends a call, or gives it back to the pool if the connection has closed meanwhile. At once, if the caller runs on
    /// the event loop.
    func send(_ call: HTTPCall) {
        guard !handler.eventLoop.inEventLoop else { return handler.value.send(call) }
        handler.eventLoop.execute { self.handler.value.send(call) }
    }

    /// Closes the connection if it still carries this call.
    func abandon(_ call: HTTPCall) { handler.eventLoop.execute { self.handler.value.abandon(call) } }

    /// Closes the connection: later, since one that is just being opened does not notice it.
    func close() { handler.eventLoop.execute { self.handler.value.close() } }
}
