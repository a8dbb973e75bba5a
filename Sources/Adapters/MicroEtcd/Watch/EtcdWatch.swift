// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Follows etcd for all watches of a registry: reads the current entries, then receives every later change as a stream.
///
/// A dead connection can look like a quiet one, so that each is replaced after a while; the next one continues where it
/// ended.
///
/// The first watched names have a stream each. All others, and watches of everything, share one.
final class EtcdWatch: Sendable {
    /// The maximum number of services with a stream of their own: each takes a connection and, at the member, a file
    /// descriptor of a limit that all clients share.
    static let maxDedicatedStreams = 8

    /// A failure of a stream that lasted this long is the first of a series.
    private static let stableStreamDuration = Duration.seconds(5)

    private let api: EtcdAPI
    private let keys: EtcdKeys
    private let logger: Logger
    private let dedicatedStreams = DedicatedConnectionLimit(EtcdWatch.maxDedicatedStreams)
    /// Shares one stream of all services.
    private let sharedHub: RegistryWatchHub

    init(api: EtcdAPI, keys: EtcdKeys, logger: Logger) {
        self.api = api
        self.keys = keys
        self.logger = logger
        sharedHub = RegistryWatchHub { _, publish in
            await Self.follow(nil, api: api, keys: keys, logger: logger, publish)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the registry is closed.
    func run(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        if let name,
            await dedicatedStreams.withConnection({
                await Self.follow(name, api: api, keys: keys, logger: logger, publish)
            })
        {
            return
        }
        // A hub that is closed has nothing to publish.
        guard let states = try? sharedHub.watch(nil) else { return }
        for await state in states {
            publish(name.map { RegistryState(state[$0], freshness: state.freshness) } ?? state)
        }
    }

    func close() async { await sharedHub.close() }

    private static func follow(
        _ name: String?, api: EtcdAPI, keys: EtcdKeys, logger: Logger, _ publish: (RegistryState) -> Void
    ) async {
        let range = keys.range(name)
        var state = EtcdWatchState(of: name, keys: keys, logger: logger)
        var retry = WatchRetry()
        while !Task.isCancelled {
            let started = ContinuousClock.now
            do {
                try await followOnce(range, &state, api: api, publish)
                retry.reset()
            } catch is CancellationError {
                return
            } catch {
                if ContinuousClock.now - started > stableStreamDuration { retry.reset() }
                let cause = microError(error)
                if cause.code == .closed { return }
                if error is EtcdRevisionUnavailableError, retry.consecutiveFailures < 3 {
                    // It is no failure as long as the current entries can be read.
                    state.invalidate()
                } else {
                    state.markStale(cause)
                    publish(state.published)
                }
                logger.debug("watch failed", metadata: ["service": "\(name ?? "*")", "cause": "\(cause)"])
                guard await retry.wait(after: cause) else { return }
            }
        }
    }

    /// Continues where the state ends, and returns when the connection is to be replaced.
    private static func followOnce(
        _ range: KeyRange, _ state: inout EtcdWatchState, api: EtcdAPI, _ publish: (RegistryState) -> Void
    ) async throws {
        let deadline = api.deadline
        let position: ResponseHeader
        if let known = state.position {
            position = known
        } else {
            let snapshot = try await api.read(range, by: deadline)
            state.replace(with: snapshot)
            position = snapshot.header
        }
        var stream = try await api.watch(range, from: position.revision + 1, by: deadline)
        // For a revision that it has not reached, etcd would wait without an error.
        guard stream.created.continues(position) else { throw EtcdRevisionUnavailableError() }
        state.markLive()
        publish(state.published)
        let maxAge = api.configuration.watchRenewalInterval(atMost: .seconds(3600))
        try await stream.follow(until: .now + maxAge * Double.random(in: 0.8...1)) { events in
            state.apply(events)
            publish(state.published)
        }
        // To replay many revisions costs etcd more than to read the current entries.
        let lag = stream.created.revision - (state.position?.revision ?? 0)
        if lag > max(1000, state.count) { state.invalidate() }
    }

    private static func microError(_ error: any Error) -> MicroError {
        if error is EtcdRevisionUnavailableError {
            return MicroError(
                .unavailable, "etcd does not continue the history that was read", origin: MicroError.Origin.registry)
        }
        return .wrapping(error, origin: MicroError.Origin.registry)
    }
}

extension ResponseHeader {
    /// Whether it is a later point of the same history. An etcd without its data starts again with the first revision.
    fileprivate func continues(_ earlier: ResponseHeader) -> Bool {
        clusterID == earlier.clusterID && revision >= earlier.revision && raftTerm >= earlier.raftTerm
    }
}
