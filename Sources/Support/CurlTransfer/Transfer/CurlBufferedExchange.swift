// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One request whose response is read to its end.
final class CurlBufferedExchange: CurlExchange {
    let request: CurlRequest
    let appliesTimeoutToBody = true
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.idle
        var body: [UInt8] = []
    }

    private enum Phase {
        case idle
        case waiting(CheckedContinuation<CurlResponse, any Error>)
        case ended
    }

    init(_ request: CurlRequest) {
        self.request = request
    }

    var isWaiting: Bool {
        state.withLock { state in
            if case .waiting = state.phase { true } else { false }
        }
    }

    func begin(_ continuation: CheckedContinuation<CurlResponse, any Error>) -> Bool {
        state.withLock { state in
            guard case .idle = state.phase else { return false }
            state.phase = .waiting(continuation)
            return true
        }
    }

    func receive(head: CurlResponse) {}

    func receive(body: UnsafeRawBufferPointer) -> CurlBodyResult {
        let maximum = max(0, request.maxBodySize)
        return state.withLock { state in
            guard body.count <= maximum - state.body.count else {
                return .rejected(
                    CurlError(kind: .bodyTooLarge, message: "the response's body exceeds \(maximum) bytes"))
            }
            state.body.append(contentsOf: body)
            return .accepted
        }
    }

    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool {
        let (phase, body) = state.withLock { state in
            defer { state = State(phase: .ended) }
            return (state.phase, state.body)
        }
        switch phase {
        case .idle:
            return true
        case .waiting(let continuation):
            continuation.resume(
                with: result.map { CurlResponse(status: $0.status, headers: $0.headers, body: body) })
            return true
        case .ended:
            return false
        }
    }
}
