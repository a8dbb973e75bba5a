// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A call on its way: what is to be sent, and how it ended.
final class HTTPCall: Sendable {
    let address: Address
    let service: String
    let endpoint: String
    let deadline: ContinuousClock.Instant
    /// The number of the request, which comes back with its answer.
    let id: Int
    let head: ByteBuffer
    /// The body, where it is not a part of ``head``.
    let body: ByteBuffer?
    let state = CallState()

    /// Checks and encodes the request.
    ///
    /// - Throws: ``MicroError``; nothing was sent.
    init(
        _ request: TransportRequest, to address: Address, id: Int, in wireFormat: some HTTPWireFormat,
        limits: HTTPConfiguration
    ) throws {
        try Self.check(address)
        (self.address, service, endpoint, self.id) = (address, request.service, request.endpoint, id)
        deadline = request.deadline
        try HTTPMessageEncoding.checkBody(
            request.body, of: "request to \(address)", limit: limits.maxBodySize, origin: MicroError.Origin.client)
        var head = ByteBuffer()
        head.reserveCapacity(512 + min(request.body.readableBytes, 16 * 1024))
        try wireFormat.writeHead(of: request, to: address, id: id, limits: limits, &head)
        head.writeStaticString("Content-Length: ")
        head.writeDecimal(request.body.readableBytes)
        head.writeStaticString("\r\n\r\n")
        (self.head, body) = head.coalesced(with: request.body)
        guard deadline > .now else { throw Self.deadlineError(request, at: address, wasSent: false) }
    }

    static func check(_ address: Address) throws {
        guard let port = address.port, (1...65535).contains(port) else {
            throw MicroError(
                .invalidArgument, "\(address) cannot be called by HTTP: it has no port within 1…65535",
                origin: MicroError.Origin.transport, isSafeToRetry: true)
        }
    }

    /// Makes the event loop end the call at its deadline, while it has no connection.
    func startTimer(on eventLoop: any EventLoop) {
        state.setTimer { eventLoop.scheduleTask(in: deadline.remainingTime) { self.expire() } }
    }

    /// The deadline has passed.
    func expire() { state.abandon(self) { Self.deadlineError(self, wasSent: $0) } }

    /// The caller's task was cancelled.
    func cancel() { state.abandon(self) { _ in CancellationError() } }

    private static func deadlineError(_ call: HTTPCall, wasSent: Bool) -> MicroError {
        deadlineError("\(call.service) \(call.endpoint)", at: call.address, wasSent: wasSent)
    }

    static func deadlineError(_ request: TransportRequest, at address: Address, wasSent: Bool) -> MicroError {
        deadlineError("\(request.service) \(request.endpoint)", at: address, wasSent: wasSent)
    }

    private static func deadlineError(_ what: String, at address: Address, wasSent: Bool) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(what) at \(address) did not answer in time", origin: MicroError.Origin.transport,
            isSafeToRetry: !wasSent)
    }
}
