// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Repeats a blocking query
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/features/blocking)).
struct ConsulBlockingQuery<Value: Sendable>: Sendable {
    enum Event: Sendable {
        /// A result. If `isFresh`, it does not continue the history of the results before it.
        case value(Value, isFresh: Bool)
        case failure(MicroError)
    }

    /// The subject of log messages.
    let subject: String
    let logger: Logger
    /// Reads the result after an index, or the current result.
    let read: @Sendable (ConsulIndex?) async throws -> ConsulAPI.Indexed<Value>

    /// Publishes every result and every failure, until the task is cancelled or the registry is closed.
    func run(_ publish: (Event) -> Void) async {
        var index: ConsulIndex?
        var retry = WatchRetry()
        var pacer = BlockingQueryPacer()
        while !Task.isCancelled {
            do {
                let started = ContinuousClock.now
                let response = try await read(index)
                let isNewer = response.index.value > index?.value ?? 0
                publish(.value(response.value, isFresh: response.index.agent != index?.agent))
                retry.reset()
                if let pause = pacer.pause(after: ContinuousClock.now - started, isNewer: isNewer) {
                    try await Task.sleep(for: pause)
                }
                // A smaller index means that Consul was restarted: the history begins again.
                index = response.index.value > 0 && response.index.value >= index?.value ?? 0 ? response.index : nil
            } catch is CancellationError {
                return
            } catch {
                let cause = MicroError.wrapping(error, origin: MicroError.Origin.registry)
                if cause.code == .closed { return }
                publish(.failure(cause))
                // After a restart Consul counts from the beginning: with the old index the query would block until its
                // wait ends.
                index = nil
                logger.debug("watch failed", metadata: ["service": "\(subject)", "cause": "\(cause)"])
                guard await retry.wait(after: cause) else { return }
            }
        }
    }
}

/// Paces blocking queries that return without blocking, so that they do not become a busy loop.
struct BlockingQueryPacer {
    /// A query that returned sooner did not block, unless there are many changes.
    private static let minBlockingDuration = Duration.milliseconds(100)
    /// How many quick results in a row may each be a change.
    private static let maxFastResponses = 50

    private var unchangedResponses = 0
    private var fastResponses = 0

    /// The delay before the next query; nil for none.
    ///
    /// - Parameters:
    ///   - duration: How long the query took.
    ///   - isNewer: Whether the index of its result is higher than that of the query.
    mutating func pause(after duration: Duration, isNewer: Bool) -> Duration? {
        guard duration < Self.minBlockingDuration else {
            (unchangedResponses, fastResponses) = (0, 0)
            return nil
        }
        fastResponses += 1
        if isNewer {
            unchangedResponses = 0
            // Watches report the latest state: with frequent changes there is no need to read each one.
            return fastResponses > Self.maxFastResponses ? .milliseconds(50) : nil
        }
        // A proxy may answer every query at once.
        unchangedResponses += 1
        return Backoff(base: .milliseconds(100), maxDelay: .seconds(5)).delay(attempt: unchangedResponses)
    }
}
