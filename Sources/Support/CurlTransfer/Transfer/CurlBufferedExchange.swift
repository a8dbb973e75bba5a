// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Synchronization

/// A request whose response is read completely.
final class CurlBufferedExchange: CurlExchange {
    let request: CurlRequest
    let appliesTimeoutToBody = true
    let response = Promise<CurlResponse>()
    private let body = Mutex<[UInt8]>([])
    /// Ends the exchange at the request's `responseTimeout`.
    private let responseTimer = Mutex<DeadlineQueue.ScheduledAction?>(nil)

    init(_ request: CurlRequest) {
        self.request = request
    }

    func receiveFirstLine() {
        guard let timeout = request.responseTimeout else { return }
        let timer = DeadlineQueue.shared.schedule(at: .now + timeout) { [weak self] in
            let error = CurlError(kind: .timedOut, message: "the response did not end within \(timeout)")
            self?.end(.failure(error))
        }
        responseTimer.withLock { $0 = timer }
    }

    func receive(head: CurlResponse) {}

    func receive(body: UnsafeRawBufferPointer) -> CurlBodyResult {
        let maxBodySize = max(0, request.maxBodySize)
        return self.body.withLock { received in
            guard body.count <= maxBodySize - received.count else {
                return .rejected(
                    CurlError(kind: .bodyTooLarge, message: "the response's body exceeds \(maxBodySize) bytes"))
            }
            received.append(contentsOf: body)
            return .accepted
        }
    }

    @discardableResult
    func end(_ result: Result<CurlResponse, any Error>) -> Bool {
        if let timer = responseTimer.withLock({ $0.take() }) { DeadlineQueue.shared.cancel(timer) }
        let body = body.withLock { body in
            defer { body = [] }
            return body
        }
        return response.resolve(
            with: result.map { CurlResponse(status: $0.status, headers: $0.headers, body: body) })
    }
}
