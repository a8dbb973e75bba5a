// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What a stream and its iterators share. Ends the transfer once none of them is left.
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
            switch exchange.take() {
            case .bytes(let bytes, let wasPaused):
                if wasPaused { transfer.commandQueue.resume(exchange) }
                return bytes
            case .end(let error?):
                throw error
            case .end(nil):
                return nil
            case .empty:
                await withTaskCancellationHandler {
                    await withCheckedContinuation(isolation: actor) { exchange.wait($0) }
                } onCancel: {
                    cancel()
                }
            }
        }
    }
}
