// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Logging
import MicroCore

/// Repeats a blocking query
/// ([Consul's documentation](https://developer.hashicorp.com/consul/api-docs/features/blocking)).
///
/// A query needs a connection for as long as it waits. If Consul closes that connection, as it does beyond its
/// connection limit, the result is read by short requests, with backoff, until a blocking query succeeds again.
struct ConsulBlockingQuery<Value: Sendable>: Sendable {
    enum Event: Sendable {
        /// A result. If `isHistoryInterrupted`, a difference from the previous result is not necessarily a change: a query
        /// failed in between, the agent changed, or Consul was restarted.
        case value(Value, isHistoryInterrupted: Bool)
        case failure(MicroError)
    }

    /// The subject of log messages.
    let subject: String
    /// The maximum time that Consul holds a query.
    let maxWait: Duration
    let logger: Logger
    let outages: OutageLog
    /// Waits for a result that is newer than the index, for at most the given time; without an index, reads the current result.
    let read: @Sendable (ConsulIndex?, Duration) async throws -> ConsulAPI.Indexed<Value>

    /// Publishes every result and every failure, until the task is cancelled, the registry is closed, or the condition is
    /// false.
    ///
    /// - Parameter condition: Evaluated after each result and failure.
    func run(while condition: () -> Bool = { true }, publish: (Event) -> Void) async {
        var index: ConsulIndex?
        var history = HistoryTracker()
        var refusal: MicroError?
        var retry = WatchRetry()
        var pacer = BlockingQueryPacer(maxWait: maxWait)
        repeat {
            do {
                let started = ContinuousClock.now
                let response = try await read(index, pacer.wait)
                outages.recover()
                let isNewer = response.index.value > index?.value ?? 0
                if index != nil { refusal = nil }
                publish(.value(response.value, isHistoryInterrupted: history.isInterrupted(by: response.index)))
                if let pause = pacer.pause(after: ContinuousClock.now - started, isNewer: isNewer) {
                    try await Task.sleep(for: pause)
                }
                if let refusal {
                    guard await retry.wait(after: refusal) else { return }
                } else {
                    retry.reset()
                }
                // A smaller index means that Consul was restarted: the history begins again.
                index = response.index.value > 0 && response.index.value >= index?.value ?? 0 ? response.index : nil
            } catch is CancellationError {
                return
            } catch {
                let cause = MicroError.wrapping(error, origin: MicroError.Origin.registry)
                if cause.code == .closed { return }
                pacer.reset()
                history.interrupt()
                // After a restart, Consul's index starts again: with the old index, the query would block until its
                // wait ends.
                let wasBlocking = index != nil
                index = nil
                if wasBlocking, cause.isConnectionLost {
                    logger.debug("watch interrupted", metadata: ["service": "\(subject)", "cause": "\(cause)"])
                    refusal = cause
                    continue
                }
                outages.failWatch(of: subject, cause)
                publish(.failure(cause))
                guard await retry.wait(after: cause) else { return }
            }
        } while !Task.isCancelled && condition()
    }
}

/// Detects interruptions of the history: results that are not known to continue the earlier ones.
private struct HistoryTracker {
    private var last: ConsulIndex?
    private var hasFailed = false

    /// Records that a query failed: Consul may have been restarted without its data.
    mutating func interrupt() { hasFailed = true }

    /// Records the index of a result.
    ///
    /// - Returns: Whether the history was interrupted before this result. False for the first result.
    mutating func isInterrupted(by index: ConsulIndex) -> Bool {
        defer { (last, hasFailed) = (index, false) }
        guard let last else { return false }
        return hasFailed || index.agent != last.agent || index.value < last.value
    }
}

extension MicroError {
    /// Whether the server accepted a connection and closed it without a response.
    fileprivate var isConnectionLost: Bool { (cause as? CurlError)?.kind == .connectionLost }
}

/// Determines how long blocking queries wait, and paces those that return without blocking, so that they do not become a
/// busy loop.
struct BlockingQueryPacer {
    /// A query that returned sooner did not block, unless there are many changes.
    private static let minBlockingDuration = Duration.milliseconds(100)
    /// The number of consecutive fast responses with changes that cause no pause.
    private static let maxFastResponses = 50

    /// The wait of the next query. Consul keeps the connection of a disconnected client until the wait ends, so the
    /// first waits are short: a watch that ends soon then leaves no connection behind.
    private(set) var wait: Duration

    private let maxWait: Duration
    private var unchangedResponses = 0
    private var fastResponses = 0

    init(maxWait: Duration) {
        self.maxWait = maxWait
        wait = min(.seconds(1), maxWait)
    }

    /// Begins with short waits again.
    mutating func reset() { wait = min(.seconds(1), maxWait) }

    /// The delay before the next query; nil for none.
    ///
    /// - Parameters:
    ///   - duration: How long the query took.
    ///   - isNewer: Whether the index of its result is higher than that of the query.
    mutating func pause(after duration: Duration, isNewer: Bool) -> Duration? {
        guard duration < Self.minBlockingDuration else {
            (unchangedResponses, fastResponses) = (0, 0)
            if !isNewer { wait = min(wait * 2, maxWait) }
            return nil
        }
        fastResponses += 1
        if isNewer {
            unchangedResponses = 0
            // Watches report the latest state, so with frequent changes there is no need to read each change.
            return fastResponses > Self.maxFastResponses ? .milliseconds(50) : nil
        }
        // A proxy may respond to every query immediately.
        unchangedResponses += 1
        return Backoff(base: .milliseconds(100), maxDelay: .seconds(5)).delay(attempt: unchangedResponses)
    }
}
