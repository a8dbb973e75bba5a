// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A client's connection. It can be used from any thread: its operations run on its event loop.
final class HTTPConnection: Sendable {
    private let handler: NIOLoopBound<HTTPClientHandler>

    /// Creates the connection. Must be called on the event loop of the handler.
    init(_ handler: HTTPClientHandler, on eventLoop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    /// The event loop of the connection.
    var eventLoop: any EventLoop { handler.eventLoop }

    /// Sends a call; synchronously if the caller runs on the event loop. If the connection has closed, the call returns
    /// to the pool.
    func send(_ call: HTTPCall) {
        guard !handler.eventLoop.inEventLoop else { return handler.value.send(call) }
        handler.eventLoop.execute { self.handler.value.send(call) }
    }

    /// Closes the connection if it still carries this call.
    func abandon(_ call: HTTPCall) { handler.eventLoop.execute { self.handler.value.abandon(call) } }

    /// Closes the connection asynchronously: a connection that is being opened would not notice a synchronous close.
    func close() { handler.eventLoop.execute { self.handler.value.close() } }
}
