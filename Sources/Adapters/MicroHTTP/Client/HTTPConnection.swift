// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A client's connection, usable from every thread: its operations run on its event loop.
final class HTTPConnection: Sendable {
    private let handler: NIOLoopBound<HTTPClientHandler>

    /// Called on the event loop of the handler.
    init(_ handler: HTTPClientHandler, on eventLoop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// The event loop of the connection.
    var eventLoop: any EventLoop { handler.eventLoop }

    /// Sends a call, before this returns if the caller runs on the event loop; returns the call to the pool if the
    /// connection has closed.
    func send(_ call: HTTPCall) {
        guard !handler.eventLoop.inEventLoop else { return handler.value.send(call) }
        handler.eventLoop.execute { self.handler.value.send(call) }
    }

    /// Closes the connection if it still carries this call.
    func abandon(_ call: HTTPCall) { handler.eventLoop.execute { self.handler.value.abandon(call) } }

    /// Closes the connection, after this returns: a connection that is being opened would not notice it.
    func close() { handler.eventLoop.execute { self.handler.value.close() } }
}
