// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The shared state of a stream and its iterators. The transfer ends when the last of them is released.
final class CurlStreamReader: Sendable {
    private let exchange: CurlStreamExchange
    private let transfer: CurlTransfer

    init(_ exchange: CurlStreamExchange, of transfer: CurlTransfer) {
        self.exchange = exchange
        self.transfer = transfer
    }

    deinit { cancel() }

    func cancel() {
        if exchange.cancel() { transfer.commandQueue.cancelExchange(exchange) }
    }

    func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
        while true {
            if Task.isCancelled { cancel() }
            switch exchange.read() {
            case .bytes(let bytes, let wasPaused):
                if wasPaused { transfer.commandQueue.resume(exchange) }
                return bytes
            case .end(let error?):
                throw error
            case .end(nil):
                return nil
            case .empty(let readable):
                // The only error is cancellation, which the next round handles.
                try? await readable.value()
            }
        }
    }
}
