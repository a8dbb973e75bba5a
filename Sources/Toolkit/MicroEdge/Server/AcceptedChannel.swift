// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Handles every connection, also one that arrives while the server is cancelled. The server drops it, and SwiftNIO ends the
/// process if a connection is released before it was handled.
struct AcceptedChannel<Base: ServerChildChannel>: ServerChildChannel {
    /// A connection that is handled once, at the latest when it is released.
    final class Value: ServerChildChannelValue {
        private let base: Base
        private let value: Base.Value
        private let logger: Logger
        private let isHandled = Atomic(false)

        init(_ base: Base, _ value: Base.Value, _ logger: Logger) {
            self.base = base
            self.value = value
            self.logger = logger
        }

        deinit {
            guard !isHandled.load(ordering: .relaxed) else { return }
            value.channel.close(promise: nil)
            // Ends immediately, because the connection is closed.
            Task { [base, value, logger] in await base.handle(value: value, logger: logger) }
        }

        var channel: any Channel { value.channel }

        func handle(logger: Logger) async {
            isHandled.store(true, ordering: .relaxed)
            await base.handle(value: value, logger: logger)
        }
    }

    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).map { Value(base, $0, logger) }
    }

    func handle(value: Value, logger: Logger) async { await value.handle(logger: logger) }
}
