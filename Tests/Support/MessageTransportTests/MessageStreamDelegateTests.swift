// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MessageTransport

/// One side of a stream over a message broker, with a wire that records what it sends.
@Suite(.timeLimit(.minutes(1))) struct MessageStreamDelegateTests {
    private let wire = RecordingWire()

    private func makeStream(
        isClient: Bool, peer: MessageStreamDelegate<RecordingWire>.Peer = .swiftMicro
    ) -> (stream: TransportStream, delegate: MessageStreamDelegate<RecordingWire>) {
        let parameters = MessageStreamParameters(
            broker: "a broker", isClient: isClient, service: "greeter", name: "greeter Greeter.Stream",
            deadline: .now + .seconds(30), pingInterval: .seconds(30), timeout: .seconds(5))
        return MessageStreamDelegate.make(parameters, wire, peer: peer)
    }

    @Test func messagesAndEndAreNumbered() async throws {
        let (stream, _) = makeStream(isClient: true)
        try await stream.send(ByteBuffer(string: "a"))
        try await stream.send(ByteBuffer(string: "b"))
        try await stream.finish()
        #expect(wire.sent == ["1 a", "2 b", "3 end of stream"])
    }

    @Test func lostMessageEndsTheStreamAndNotifiesThePeer() async throws {
        let (stream, delegate) = makeStream(isClient: false)
        delegate.receive(number: 1, isHalfClose: false) { (ByteBuffer(string: "a"), nil) }
        delegate.receive(number: 3, isHalfClose: false) { (ByteBuffer(string: "c"), nil) }
        var iterator = stream.makeAsyncIterator()
        #expect(try await iterator.next() == ByteBuffer(string: "a"))
        await #expect(throws: MicroError.self) { try await iterator.next() }
        #expect(wire.sent.count == 1 && wire.sent.first?.contains("was lost") == true, "\(wire.sent)")
    }

    /// The reader takes a message that filled its buffer before the delegate records the message.
    @Test func roomDuringDeliveryIsAcknowledged() {
        var window = StreamWindow()
        let roomCount = window.roomCount
        window.hasRoom()
        let isWithinLimit = window.received(
            StreamWindow.size, hasRoom: false, since: roomCount, isFlowControlled: true)
        let acknowledgement = window.takeAcknowledgement()
        #expect(isWithinLimit && acknowledgement == StreamWindow.size + 64)
    }

    /// The handler ends while the end for the failure is being sent.
    @Test func onlyOneEndIsSent() async {
        let (stream, delegate) = makeStream(isClient: false)
        let canSend = DispatchSemaphore(value: 0)
        wire.beforeEnd.withLock { $0 = { canSend.wait() } }
        let failure = Thread { delegate.fail(MicroError(.unavailable, "aborted", origin: "test"), notifiesPeer: true) }
        failure.start()
        #expect(await eventually { wire.beforeEnd.withLock { $0 == nil } })
        await delegate.handlerEnded(nil)
        canSend.signal()
        #expect(await eventually { failure.isFinished })
        #expect(wire.sent.count == 1 && wire.sent.first?.contains("aborted") == true, "\(wire.sent)")
        withExtendedLifetime(stream) {}
    }

    /// The failure cancels the handler, which may end at once.
    @Test func peerIsNotifiedOfTheFailureAndNotOfTheCancelledHandler() async {
        let (stream, delegate) = makeStream(isClient: false)
        delegate.start { _ in
            let ended = DispatchSemaphore(value: 0)
            Task.detached {
                await delegate.handlerEnded(MicroError(.unavailable, "cancelled", origin: "test"))
                ended.signal()
            }
            ended.wait()
        }
        let failure = Thread { delegate.fail(MicroError(.internal, "broken", origin: "test"), notifiesPeer: true) }
        failure.start()
        #expect(await eventually { failure.isFinished })
        #expect(wire.sent.count == 1 && wire.sent.first?.contains("broken") == true, "\(wire.sent)")
        withExtendedLifetime(stream) {}
    }
}

/// Records messages as their number and text.
private final class RecordingWire: MessageStreamWire {
    let messages = Mutex<[String]>([])
    /// Called before the first end that is sent without waiting, and nil then.
    let beforeEnd = Mutex<(@Sendable () -> Void)?>(nil)

    var sent: [String] { messages.withLock(\.self) }

    func payload(of message: ByteBuffer) -> String { String(buffer: message) }

    func endPayload(_ text: String) -> String { text == "EOS" ? "end of stream" : text }

    func send(
        _ payload: String, as position: StreamPosition, by deadline: ContinuousClock.Instant,
        _ numbering: @escaping Numbering
    ) async throws -> StreamSendOutcome {
        try numbering { append(payload, $0) } ? .sent : .windowFull
    }

    func trySendEnd(_ payload: String, _ numbering: @escaping Numbering) {
        beforeEnd.withLock { $0.take() }?()
        _ = try? numbering { append(payload, $0) }
    }

    func send(_ control: StreamControl) {}

    private func append(_ payload: String, _ number: UInt64) -> Bool {
        messages.withLock { $0.append("\(number) \(payload)") }
        return true
    }
}
