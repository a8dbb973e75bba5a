// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
import MicroCore
import Synchronization

/// A stream that a listener handles.
final class NATSServerStream: Sendable {
    let delegate: NATSStreamDelegate
    private let request: TransportRequest
    private let stream: Mutex<TransportStream?>
    private let task = NATSServerTask()

    init(
        _ request: TransportRequest, inbox: String, id: NATSCallID, subject: String, isSwiftMicro: Bool,
        connection: NATSConnectionManager
    ) {
        self.request = request
        // Without the fields that only a request has.
        let target = GoMicroHeaders.targetFields(of: request).filter { $0.name != "Accept" && !$0.value.isEmpty }
        let fields = target + (isSwiftMicro ? [] : id.fields)
        let parameters = NATSStreamDelegate.Parameters(
            subject: inbox, inbox: nil, service: request.service,
            name: "\(request.service) \(request.endpoint) at \(subject)", fields: fields,
            deadline: request.deadline)
        let (stream, delegate) = NATSStreamDelegate.make(
            parameters, peer: isSwiftMicro ? .swiftMicro : .goMicro, connection: connection)
        self.stream = Mutex(stream)
        self.delegate = delegate
    }

    /// Runs the handler. The stream ends with it.
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
