// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One request whose response is handed over with its header, and whose body is kept for the reader as it comes.
final class CurlStreamExchange: CurlExchange {
    /// Bytes to keep for the reader; beyond, the transfer pauses until everything has been read.
    static let highWaterMark = 256 * 1024

    /// What there is for the reader.
    enum ReadResult {
        /// Everything that has come since the last time. `wasPaused`: the transfer has to be resumed.
        case bytes([UInt8], wasPaused: Bool)
        case empty
        /// With `nil`, the body is complete.
        case end((any Error)?)
    }

    let request: CurlRequest
    let appliesTimeoutToBody = false
    private let state = Mutex(State())

    private struct State {
        /// Waits for the header.
        var caller: CheckedContinuation<CurlResponse, any Error>?
        /// Wait for a piece of the body, or its end.
        var readers: [CheckedContinuation<Void, Never>] = []
        var buffer: [UInt8] = []
        var isPaused = false
        var end: Result<CurlResponse, any Error>?

        mutating func takeReaders() -> [CheckedContinuation<Void, Never>] {
            defer { readers = [] }
            return readers
        }
    }

    init(_ request: CurlRequest) {
        self.request = request
    }

    // MARK: The transfer's side

    var isWaiting: Bool {
        state.withLock { $0.caller != nil }
    }

    func begin(_ continuation: CheckedContinuation<CurlResponse, any Error>) -> Bool {
        state.withLock { state in
            guard state.end == nil else { return false }
            state.caller = continuation
            return true
        }
    }

    func receive(head: CurlResponse) {
        let caller = state.withLock { $0.caller.take() }
        caller?.resume(returning: head)
    }

    func receive(body: UnsafeRawBufferPointer) -> CurlBodyResult {
        let (bodyResult, readers) = state.withLock { state -> (CurlBodyResult, [CheckedContinuation<Void, Never>]) in
            // Ended by the reader: the command to end the transfer is on its way.
            guard state.end == nil else { return (.accepted, []) }
            guard state.buffer.isEmpty || state.buffer.count + body.count <= Self.highWaterMark else {
                state.isPaused = true
                return (.paused, [])
            }
            state.buffer.append(contentsOf: body)
            return (.accepted, state.takeReaders())
        }
        // The reader takes what is there once it runs: more pieces until then cost no further wake-up.
        for reader in readers { reader.resume() }
        return bodyResult
    }

    /// What came before is still there for the reader.
    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool {
        let (isFirst, caller, readers) = state.withLock { state in
            let isFirst = state.end == nil
            if isFirst { state.end = result }
            return (isFirst, state.caller.take(), state.takeReaders())
        }
        caller?.resume(with: result)
        for reader in readers { reader.resume() }
        return isFirst
    }

    // MARK: The reader's side

    /// Drops what has not been read; true when the transfer is to be ended.
    func cancel() -> Bool {
        let isFirst = end(.failure(CancellationError()))
        state.withLock { state in
            state.buffer = []
            // Nor was a body read to its end that has come to its end.
            state.end = .failure(CancellationError())
        }
        return isFirst
    }

    func take() -> ReadResult {
        state.withLock { state in
            guard state.buffer.isEmpty else {
                defer {
                    state.buffer = []
                    state.isPaused = false
                }
                return .bytes(state.buffer, wasPaused: state.isPaused && state.end == nil)
            }
            switch state.end {
            case .success: return .end(nil)
            case .failure(let error): return .end(error)
            case nil: return .empty
            }
        }
    }

    /// Resumes the reader once there is something to take, at once if there is already.
    func wait(_ reader: CheckedContinuation<Void, Never>) {
        let isReady = state.withLock { state in
            let isReady = !state.buffer.isEmpty || state.end != nil
            if !isReady { state.readers.append(reader) }
            return isReady
        }
        if isReady { reader.resume() }
    }
}
