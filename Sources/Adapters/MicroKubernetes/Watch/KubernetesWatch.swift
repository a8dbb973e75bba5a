// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Follows the API server for all watches of a registry, with one request: lists the Leases of the services in use, then
/// receives every later change as a stream.
///
/// The server ends each stream after a while, and the next stream continues at its version. If a stream ends in any
/// other way, the Leases are listed again: if the server has lost data, its version is lower than the requested one,
/// and a stream would send nothing until the server reaches it.
final class KubernetesWatch: Sendable {
    /// A stream that ends earlier, even normally, is a failure.
    private static let minStreamDuration = Duration.seconds(1)
    /// A failure of a stream that lasted this long is regarded as the first of a series.
    private static let stableStreamDuration = Duration.seconds(5)
    /// The number of consecutive streams that may fail before the state is stale. As long as the Leases can be listed,
    /// this is not an outage.
    private static let maxShortStreams = 3

    private let cache: KubernetesWatchCache
    private let task: SharedTask

    init(api: KubernetesAPI, names: KubernetesNames, versions: KubernetesVersions, logger: Logger) {
        let cache = KubernetesWatchCache(names: names, logger: logger)
        let outages = OutageLog("Kubernetes", logger: logger)
        self.cache = cache
        task = SharedTask {
            let follower = Follower(
                api: api, names: names, versions: versions, cache: cache, logger: logger, outages: outages,
                generation: cache.begin())
            await follower.run()
            cache.end(follower.generation)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the registry is closed.
    func run(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        let id = cache.subscribe(name, publish)
        defer { cache.unsubscribe(id) }
        await task.keepRunning()
    }

    func close() async { await task.close() }

    private struct Follower {
        let api: KubernetesAPI
        let names: KubernetesNames
        let versions: KubernetesVersions
        let cache: KubernetesWatchCache
        let logger: Logger
        let outages: OutageLog
        let generation: Int

        /// Why a stream has ended without an error.
        enum End {
            /// It can be continued at the latest version.
            case renewal
            /// The Leases must be listed.
            case incomplete
        }

        func run() async {
            var (retry, position) = (WatchRetry(), KubernetesWatchCache.Coverage?.none)
            while !Task.isCancelled {
                let started = ContinuousClock.now
                do {
                    let end = try await followOnce(&position)
                    if end == .incomplete { position = nil }
                    retry.reset()
                } catch is CancellationError {
                    return
                } catch {
                    position = nil
                    if ContinuousClock.now - started > stableStreamDuration { retry.reset() }
                    let cause = MicroError.wrapping(error, origin: MicroError.Origin.registry)
                    if cause.code == .closed { return }
                    let isOutage = !(error is ShortStreamError) && cause.kubernetesStatus?.isAboutVersion != true
                    if isOutage || retry.consecutiveFailures >= maxShortStreams {
                        outages.failWatch(of: "*", cause)
                        cache.markStale(cause, generation)
                    } else {
                        logger.debug("watch interrupted", metadata: ["cause": "\(cause)"])
                    }
                    guard await retry.wait(after: cause, atLeast: cause.retryAfter) else { return }
                }
            }
        }

        /// Watches from the version of the cached state, after listing the Leases if that is necessary.
        ///
        /// - Parameter position: The services in the state; nil if the Leases must be listed.
        /// - Returns: Why the stream ended.
        private func followOnce(_ position: inout KubernetesWatchCache.Coverage?) async throws -> End {
            let deadline = api.deadline
            while position == nil || cache.needsMore { position = try await list(by: deadline) }
            let selector = names.selector(position?.names)
            let stream = try await api.watch(selector, from: cache.version, by: deadline)
            guard api.configuration.readsGoMicroPods else { return try await follow(stream) }
            let pods = try await api.watchPods(from: cache.podVersion, by: deadline)
            return try await withThrowingTaskGroup(of: End.self) { group in
                group.addTask {
                    do { return try await follow(pods: pods) } catch {
                        stream.cancel()
                        throw error
                    }
                }
                defer { group.cancelAll() }
                // Both requests have the same `timeoutSeconds`, so the server ends both streams at about the same time.
                let end = try await follow(stream)
                if end == .incomplete { pods.cancel() }
                return try await group.next() == .incomplete ? .incomplete : end
            }
        }

        private func list(by deadline: ContinuousClock.Instant) async throws -> KubernetesWatchCache.Coverage {
            let (wanted, read, requested) = (cache.wanted, versions.begin(.storage), ContinuousClock.now)
            let snapshot = try await api.list(names.selector(wanted.names), from: read.source, by: deadline)
            versions.record(snapshot.version, read)
            let now = ContinuousClock.now
            let pods = try await api.configuration.readsGoMicroPods ? api.listPods(nil, by: deadline) : nil
            cache.replace(
                with: snapshot, pods: pods, wanted, requested: requested, at: now,
                serverTime: api.clock.time(at: now), generation)
            return wanted
        }

        private func follow(_ stream: KubernetesWatchStream<Lease>) async throws -> End {
            outages.recover()
            cache.markLive(generation) { stream.cancel() }
            if cache.needsMore { return .incomplete }
            let started = ContinuousClock.now
            var (reader, hasProgress) = (stream, false)
            do {
                try await stream.withDeadline {
                    var events: [WatchEvent<Lease>] = []
                    while let event = try await reader.next() {
                        events.append(event)
                        if reader.hasPendingEvent { continue }
                        cache.apply(events, generation)
                        (events, hasProgress) = ([], true)
                    }
                    cache.apply(events, generation)
                }
            } catch is CancellationError where !Task.isCancelled {
                // More services are watched, the watch of the pods has failed, or renewals may have been missed.
                try checkDeadline(of: stream)
                return .incomplete
            }
            guard ContinuousClock.now - started >= minStreamDuration else { throw ShortStreamError() }
            return try await end(at: cache.version, hasProgress: hasProgress)
        }

        private func follow(pods stream: KubernetesWatchStream<Pod>) async throws -> End {
            let started = ContinuousClock.now
            var (reader, hasProgress) = (stream, false)
            do {
                try await stream.withDeadline {
                    while let event = try await reader.next() {
                        cache.apply(event, generation)
                        hasProgress = true
                    }
                }
            } catch is CancellationError where !Task.isCancelled {
                try checkDeadline(of: stream)
                return .incomplete
            }
            guard ContinuousClock.now - started >= minStreamDuration else { throw ShortStreamError() }
            return try await end(at: cache.podVersion, hasProgress: hasProgress)
        }

        /// Whether a stream that the server has ended at a version can be continued.
        private func end(at version: String, hasProgress: Bool) async throws -> End {
            if hasProgress { return .renewal }
            // A server sends no bookmark if nothing has changed, and sends nothing until it reaches the requested
            // version.
            guard try await api.hasReached(version, by: api.deadline) else { return .incomplete }
            cache.confirm(generation)
            return .renewal
        }

        private func checkDeadline<Object>(of stream: KubernetesWatchStream<Object>) throws {
            guard stream.deadline <= .now else { return }
            throw MicroError(.unavailable, "\(api) did not end a watch in time", origin: MicroError.Origin.registry)
        }
    }
}

/// The server has ended a stream immediately after it began.
private struct ShortStreamError: Error {}
