// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A call on its way: what is to be sent, and how it ended.
final class HTTPCall: Sendable {
    let address: Address
    let service: String
    let endpoint: String
    let target: String
    let deadline: ContinuousClock.Instant
    let fields: HTTPWire.Fields
    let body: ByteBuffer
    let state = CallState()

    /// Checks and encodes the request.
    ///
    /// - Throws: ``MicroError``; nothing was sent.
    init(
        _ request: TransportRequest, to address: Address, in dialect: some HTTPDialect, limits: HTTPConfiguration
    ) throws {
        guard let port = address.port, (1...65535).contains(port) else {
            throw MicroError(
                .invalidArgument, "\(address) cannot be called by HTTP: it has no port within 1…65535",
                origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
        self.address = address
        service = request.service
        endpoint = request.endpoint
        target = dialect.target(of: request)
        deadline = request.deadline
        fields = try dialect.fields(of: request, to: address, limits: limits)
        body = request.body
        guard deadline > .now else { throw tooLate(wasSent: false) }
    }

    /// Makes the event loop end the call at its deadline.
    func startTimer(on eventLoop: any EventLoop) {
        state.setTimer {
            eventLoop.scheduleTask(in: deadline.remainingTime) {
                self.state.abandon(self) { self.tooLate(wasSent: $0) }
            }
        }
    }

    /// The caller's task was cancelled.
    func cancel() { state.abandon(self) { _ in CancellationError() } }

    private func tooLate(wasSent: Bool) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(service) \(endpoint) at \(address) did not answer in time",
            origin: MicroError.Origin.transport, isSafeToRetry: !wasSent)
    }
}
