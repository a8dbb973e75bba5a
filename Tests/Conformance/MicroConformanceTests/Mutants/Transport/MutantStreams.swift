// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import Synchronization

/// Creates client streams with one defect, and holds the state that the streams of a mutant share.
final class MutantStreams: Sendable {
    private let sources = Mutex<[TransportStream.Source]>([])

    func changed(_ stream: TransportStream, by defect: TransportDefect?, maxBodySize: Int) -> TransportStream {
        guard let defect else { return stream }
        let delegate = MutantStreamDelegate(defect, stream, maxBodySize: maxBodySize)
        let (changed, source) = TransportStream.makeStream(delegate: delegate)
        delegate.receive(
            into: source,
            others: { own in
                guard defect == .mixesStreams else { return own }
                return self.sources.withLock { sources in
                    sources.append(own)
                    return sources.first { !$0.hasEnded } ?? own
                }
            })
        return changed
    }
}

/// Wraps another stream with a defect.
private final class MutantStreamDelegate: TransportStreamDelegate {
    private struct State {
        var held: [ByteBuffer] = []
        var source: TransportStream.Source?
        var reading: Task<Void, Never>?
        var sending: Task<Void, any Error>?
    }

    private let defect: TransportDefect
    private let base: TransportStream
    private let maxBodySize: Int
    private let resumeSignal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let state = Mutex(State())

    init(_ defect: TransportDefect, _ base: TransportStream, maxBodySize: Int) {
        (self.defect, self.base, self.maxBodySize) = (defect, base, maxBodySize)
    }

    func receive(
        into source: TransportStream.Source,
        others: @escaping @Sendable (TransportStream.Source) -> TransportStream.Source
    ) {
        let target = others(source)
        state.withLock { state in
            state.source = source
            state.reading = Task { [defect, base, resumeSignal] in
                var held: [ByteBuffer] = []
                var resumeIterator = resumeSignal.stream.makeAsyncIterator()
                do {
                    for try await message in base {
                        switch defect {
                        case .errorOvertakesMessages: held.append(message)
                        case .reordersMessages:
                            held.append(message)
                            guard held.count == 2 else { continue }
                            for message in held.reversed() { source.yield(message) }
                            held = []
                        case .emptyMessageEndsStream where message.readableBytes == 0: source.finish()
                        default: if !target.yield(message), target.hasEnded == false { _ = await resumeIterator.next() }
                        }
                    }
                    for message in held { source.yield(message) }
                    source.finish()
                } catch { source.finish(throwing: Self.changed(error, by: defect)) }
            }
        }
    }

    private static func changed(_ error: any Error, by defect: TransportDefect) -> (any Error)? {
        guard var error = error as? MicroError else { return error }
        switch defect {
        case .reportsErrorAsEnd: return nil
        case .reportsBrokenConnectionAsEnd where error.code == .unavailable: return nil
        case .reportsStreamErrorsAsInternal: error.code = .internal
        case .dropsErrorDetails: error.details = [:]
        case .dropsForeignStatus where error.code.status == 418: error.code = .invalidArgument
        default: break
        }
        return error
    }

    func send(_ message: ByteBuffer) async throws {
        switch defect {
        case .decodesStreamMessagesAsText: try await base.send(ByteBuffer(string: String(buffer: message)))
        case .dropsOversizedMessages where message.readableBytes > maxBodySize: return
        case .losesLastMessage, .holdsBackMessages:
            let due = state.withLock { state -> ByteBuffer? in
                state.held.append(message)
                return state.held.count > 1 ? state.held.removeFirst() : nil
            }
            if let due { try await base.send(due) }
        case .ignoresBackPressure:
            state.withLock { state in
                state.sending = Task { [base, previous = state.sending] in
                    try await previous?.value
                    try await base.send(message)
                }
            }
        default: try await base.send(message)
        }
    }

    func finish() async throws {
        if defect == .finishEndsBothDirections { state.withLock(\.source)?.finish() }
        if defect == .holdsBackMessages {
            for message in state.withLock(\.held) { try await base.send(message) }
        }
        try await state.withLock(\.sending)?.value
        try await base.finish()
    }

    func resume() { resumeSignal.continuation.yield() }

    func cancel() {
        guard defect != .cancelIsNotSent else { return }
        base.cancel()
        state.withLock(\.reading)?.cancel()
    }
}
