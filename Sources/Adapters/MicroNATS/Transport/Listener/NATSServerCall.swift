// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MessageTransport
import MicroCore
import Synchronization

/// A call that a listener handles.
final class NATSServerCall: Sendable {
    let request: TransportRequest
    /// The client's inbox, to which the reply is published.
    let inbox: String
    /// The ID that the client has given to the call. The reply repeats it.
    let id: NATSCallID
    private let task = HandlerTask()
    private let hasReplied = Atomic(false)

    init(_ request: TransportRequest, inbox: String, id: NATSCallID) {
        self.request = request
        self.inbox = inbox
        self.id = id
    }

    /// Runs the handler, and cancels it at the deadline.
    func run(_ body: @escaping @Sendable () async -> Void) { task.run(until: request.deadline, body) }

    func cancel() { task.cancel() }

    /// Claims the right to send the reply, so that only one is sent.
    ///
    /// - Returns: False if it has already been claimed.
    func claimReply() -> Bool { !hasReplied.exchange(true, ordering: .sequentiallyConsistent) }

    /// The error that the caller receives if the listener does not wait for the handler.
    var cancellationError: MicroError { MicroError(respondingTo: request, with: CancellationError()) }
}
