// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A request whose response is delivered with its header, and whose body is buffered for a reader.
final class CurlStreamExchange: CurlExchange {
    /// The maximum number of buffered bytes. Above it the transfer pauses until the reader has read the buffer.
    static let highWaterMark = 256 * 1024

    /// The result of a read.
    enum ReadResult {
        /// All bytes that have arrived since the last read. `wasPaused`: the transfer must be resumed.
        case bytes([UInt8], wasPaused: Bool)
        /// Nothing has arrived yet; the promise is resolved when something arrives.
        case empty(Promise<Void>)
        /// The end of the body; nil if it is complete.
        case end((any Error)?)
    }

    let request: CurlRequest
    let appliesTimeoutToBody = false
    let response = Promise<CurlResponse>()
    private let state = Mutex(State())

    private struct State {
        var readers: [Promise<Void>] = []
        var buffer: [UInt8] = []
        var isPaused = false
        var end: Result<CurlResponse, any Error>?

        mutating func takeReaders() -> [Promise<Void>] {
            defer { readers = [] }
            return readers
        }
    }

    init(_ request: CurlRequest) {
        self.request = request
    }

    // MARK: Called by the transfer

    func receive(head: CurlResponse) {
        response.resolve(with: .success(head))
    }

    func receive(body: UnsafeRawBufferPointer) -> CurlBodyResult {
        let (bodyResult, readers) = state.withLock { state -> (CurlBodyResult, [Promise<Void>]) in
            // Ended by the reader: the command that ends the transfer is in the queue.
            guard state.end == nil else { return (.accepted, []) }
            guard state.buffer.isEmpty || state.buffer.count + body.count <= Self.highWaterMark else {
                state.isPaused = true
                return (.paused, [])
            }
            state.buffer.append(contentsOf: body)
            return (.accepted, state.takeReaders())
        }
        // Until the reader runs, more pieces cause no further wake-up.
        for reader in readers { reader.resolve() }
        return bodyResult
    }

    /// Ends the exchange. The reader still gets the bytes that arrived before.
    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool {
        let (isFirst, readers) = state.withLock { state in
            let isFirst = state.end == nil
            if isFirst { state.end = result }
            return (isFirst, state.takeReaders())
        }
        response.resolve(with: result)
        for reader in readers { reader.resolve() }
        return isFirst
    }

    // MARK: Called by the reader

    /// Drops the bytes that were not read. Returns whether the transfer must be ended.
    func cancel() -> Bool {
        let isFirst = end(.failure(CancellationError()))
        state.withLock { state in
            state.buffer = []
            // Also applies after a complete body that the reader has not read to the end.
            state.end = .failure(CancellationError())
        }
        return isFirst
    }

    func read() -> ReadResult {
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
            case nil:
                let reader = Promise<Void>()
                state.readers.append(reader)
                return .empty(reader)
            }
        }
    }
}
