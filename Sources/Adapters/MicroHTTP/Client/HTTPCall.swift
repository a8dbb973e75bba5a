// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A call in flight: the encoded request, and its state.
final class HTTPCall: Sendable {
    let address: Address
    let service: String
    let endpoint: String
    let deadline: ContinuousClock.Instant
    /// The number of the request.
    let id: Int
    let head: ByteBuffer
    /// The body, unless it is part of ``head``.
    let body: ByteBuffer?
    let state = CallState()

    /// Checks and encodes the request.
    ///
    /// - Throws: ``/MicroCore/MicroError``; nothing was sent.
    init(
        _ request: TransportRequest, to address: Address, id: Int, in wireFormat: some HTTPWireFormat,
        limits: HTTPConfiguration
    ) throws {
        try address.checkPort()
        (self.address, service, endpoint, self.id) = (address, request.service, request.endpoint, id)
        deadline = request.deadline
        try HTTPFieldWriter.checkBody(
            request.body, of: "request to \(address)", limit: limits.maxBodySize, origin: MicroError.Origin.client)
        var head = ByteBuffer()
        head.reserveCapacity(512 + min(request.body.readableBytes, ByteBuffer.maxCoalescedBodySize))
        try wireFormat.writeHead(of: request, to: address, id: id, limits: limits, &head)
        head.writeContentLength(request.body.readableBytes)
        (self.head, body) = head.coalesced(with: request.body)
        guard deadline > .now else { throw MicroError.deadlineExceeded(request, at: address, wasSent: false) }
    }

    /// Ends the call at its deadline, while it has no connection.
    func startTimer(on eventLoop: any EventLoop) {
        state.setTimer { eventLoop.scheduleTask(in: deadline.remainingTime) { self.expire() } }
    }

    /// Ends the call: its deadline has passed.
    func expire() {
        state.abandon(self) { wasSent in
            MicroError.deadlineExceeded(self.service, self.endpoint, at: self.address, wasSent: wasSent)
        }
    }

    /// Ends the call: the caller's task was cancelled.
    func cancel() { state.abandon(self) { _ in CancellationError() } }
}

extension Address {
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if there is no port within 1…65535.
    func checkPort() throws {
        guard let port, (1...65535).contains(port) else {
            throw MicroError(
                .invalidArgument, "\(self) cannot be called over HTTP: it has no port within 1…65535",
                origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
    }
}
