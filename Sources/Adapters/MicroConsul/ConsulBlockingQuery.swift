// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Repeats a blocking query
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/features/blocking)).
struct ConsulBlockingQuery<Value: Sendable>: Sendable {
    enum Event: Sendable {
        /// An answer; one that `isFresh` has no connection to those before it.
        case value(Value, isFresh: Bool)
        case failure(MicroError)
    }

    /// For the log.
    let subject: String
    let logger: Logger
    /// Asks for what is newer than an index, or for the present answer.
    let read: @Sendable (ConsulIndex?) async throws -> ConsulAPI.Indexed<Value>

    /// Hands out every answer and every failure, until the task is cancelled or the registry is closed.
    func run(_ publish: (Event) -> Void) async {
        var index: ConsulIndex?
        var failures = 0
        var pacer = BlockingQueryPacer()
        while !Task.isCancelled {
            do {
                let started = ContinuousClock.now
                let response = try await read(index)
                let isNewer = response.index.value > index?.value ?? 0
                publish(.value(response.value, isFresh: response.index.agent != index?.agent))
                failures = 0
                if let pause = pacer.pause(after: ContinuousClock.now - started, isNewer: isNewer) {
                    try await Task.sleep(for: pause)
                }
                // Backwards means that Consul was restarted: what comes next is a new history.
                index = response.index.value > 0 && response.index.value >= index?.value ?? 0 ? response.index : nil
            } catch is CancellationError {
                return
            } catch {
                let cause =
                    error as? MicroError ?? MicroError(.internal, "\(error)", origin: MicroError.Origin.registry)
                if cause.code == .closed { return }
                publish(.failure(cause))
                // An index from before the failure may be ahead of a restarted Consul, and would wait for nothing.
                index = nil
                logger.debug("cannot watch", metadata: ["service": "\(subject)", "cause": "\(cause)"])
                do { try await Task.sleep(for: Backoff.afterFailure(cause, attempt: failures)) } catch { return }
                failures += 1
            }
        }
    }
}

/// Keeps blocking queries that do not block from becoming a hot loop.
struct BlockingQueryPacer {
    /// No blocking query that waited for something ends so soon, unless much is going on.
    private static let minBlockingDuration = Duration.milliseconds(100)
    /// So many quick answers in a row may each have been a change.
    private static let maxFastResponses = 50

    private var unchangedResponses = 0
    private var fastResponses = 0

    /// How long to wait before the next query; nil for not at all.
    ///
    /// - Parameters:
    ///   - duration: How long the answer took.
    ///   - isNewer: Whether its index is higher than the one that was waited behind.
    mutating func pause(after duration: Duration, isNewer: Bool) -> Duration? {
        guard duration < Self.minBlockingDuration else {
            (unchangedResponses, fastResponses) = (0, 0)
            return nil
        }
        fastResponses += 1
        if isNewer {
            unchangedResponses = 0
            // States are coalesced; that somebody changes things all the time does not have to keep us busy.
            return fastResponses > Self.maxFastResponses ? .milliseconds(50) : nil
        }
        // Something between here and Consul may answer at once every time.
        unchangedResponses += 1
        return Backoff(base: .milliseconds(100), maxDelay: .seconds(5)).delay(attempt: unchangedResponses)
    }
}
