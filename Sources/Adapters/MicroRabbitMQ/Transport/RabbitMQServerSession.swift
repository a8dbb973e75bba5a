// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MessageTransport
import MicroCore
import Synchronization

/// A call or a stream that a listener handles.
final class RabbitMQServerSession: Sendable {
    let request: TransportRequest
    /// Identifies the session at its listener: the address of replies and the correlation ID.
    let key: String
    /// Where replies are published.
    let route: RabbitMQRoute
    /// The fields by which the client finds the call.
    let idFields: GoMicroHeaders.Fields
    /// Nil for a call.
    let stream: RabbitMQStreamDelegate?
    private let task = HandlerTask()
    private let hasReplied = Atomic(false)

    init(
        _ request: TransportRequest, key: String, route: RabbitMQRoute, idFields: GoMicroHeaders.Fields,
        stream: RabbitMQStreamDelegate? = nil
    ) {
        self.request = request
        self.key = key
        self.route = route
        self.idFields = idFields
        self.stream = stream
    }

    /// Runs the handler, and cancels it at the deadline. A stream fails first.
    func run(_ body: @escaping @Sendable () async -> Void) {
        task.run(until: request.deadline + .milliseconds(stream == nil ? 0 : 10), body)
    }

    func cancel() { task.cancel() }

    /// Cancels the handler of a caller that expects no reply any more.
    func abandon() {
        _ = claimReply()
        cancel()
    }

    /// Claims the right to send the only reply of a call.
    ///
    /// - Returns: False if it was claimed before.
    func claimReply() -> Bool { !hasReplied.exchange(true, ordering: .sequentiallyConsistent) }

    /// The error that the caller receives if the listener does not wait for the handler.
    var cancellationError: MicroError { MicroError(respondingTo: request, with: CancellationError()) }
}
