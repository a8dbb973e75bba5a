// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MessageTransport
import MicroCore
import Synchronization

/// A stream that a listener handles.
final class NATSServerStream: Sendable {
    let delegate: NATSStreamDelegate
    private let request: TransportRequest
    private let stream: Mutex<TransportStream?>
    private let task = HandlerTask()

    init(_ opening: NATSStreamOpening, subject: String, connection: NATSConnectionManager) {
        request = opening.request
        let wire = NATSStreamWire(
            connection: connection, subject: opening.inbox, inbox: nil, fields: opening.responseFields,
            envelope: opening.envelope)
        let (stream, delegate) = NATSStreamDelegate.make(
            wire, service: request.service, name: "\(request.service) \(request.endpoint) at \(subject)",
            deadline: request.deadline, peer: opening.isSwiftMicro ? .swiftMicro : .goMicro)
        self.stream = Mutex(stream)
        self.delegate = delegate
    }

    /// Runs the handler. The stream ends when the handler ends.
    ///
    /// - Parameter onEnd: Called with the error that the handler threw, when the stream has ended.
    func run(
        onEnd: @escaping @Sendable ((any Error)?) -> Void,
        handler: @escaping @Sendable (TransportStream) async throws -> Void
    ) {
        delegate.start { [weak self] isFailure in if isFailure { self?.task.cancel() } }
        task.run(until: request.deadline + .milliseconds(10)) { [self] in
            var failure: (any Error)?
            if let stream = stream.withLock({ $0.take() }) {
                do { try await handler(stream) } catch { failure = error }
                await delegate.handlerEnded(failure.map { MicroError(respondingTo: request, with: $0) })
                // A stream that is released before its end cancels itself.
                withExtendedLifetime(stream) {}
            }
            onEnd(failure)
        }
    }

    /// Ends the stream from the listener's side.
    func abort() {
        delegate.fail(MicroError(respondingTo: request, with: CancellationError()), notifiesPeer: true)
        task.cancel()
    }
}
