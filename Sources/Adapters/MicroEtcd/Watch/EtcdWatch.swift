// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore

/// Follows etcd for all watches of a registry: reads the current entries, then receives every later change as a stream.
///
/// A dead connection cannot be distinguished from an idle one. Connections are therefore replaced periodically, and the
/// next one continues where the last one ended.
///
/// Each of the first watched names has a stream. All others, and watches of all services, share one stream.
final class EtcdWatch: Sendable {
    /// The maximum number of services with a dedicated stream: each uses a connection and, at the member, a file
    /// descriptor, whose number is limited for all clients together.
    static let maxDedicatedStreams = 8

    /// A failure of a stream that lasted this long is regarded as the first of a series.
    private static let stableStreamDuration = Duration.seconds(5)

    private let api: EtcdAPI
    private let keys: EtcdKeys
    private let logger: Logger
    private let outages: OutageLog
    private let dedicatedStreams = DedicatedConnectionLimit(EtcdWatch.maxDedicatedStreams)
    /// Shares one stream of all services.
    private let sharedHub: RegistryWatchHub

    init(api: EtcdAPI, keys: EtcdKeys, logger: Logger) {
        self.api = api
        self.keys = keys
        self.logger = logger
        let outages = OutageLog("etcd", logger: logger)
        self.outages = outages
        sharedHub = RegistryWatchHub { _, publish in
            await Self.follow(nil, api: api, keys: keys, logger: logger, outages: outages, publish)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the registry is closed.
    func run(_ name: String?, _ publish: @escaping @Sendable (RegistryState) -> Void) async {
        if let name,
            await dedicatedStreams.withConnection({
                await Self.follow(name, api: api, keys: keys, logger: logger, outages: outages, publish)
            })
        {
            return
        }
        // A hub that is closed has nothing to publish.
        guard let states = try? sharedHub.watch(nil) else { return }
        for await state in states {
            publish(state.scoped(to: name))
        }
    }

    func close() async { await sharedHub.close() }

    private static func follow(
        _ name: String?, api: EtcdAPI, keys: EtcdKeys, logger: Logger, outages: OutageLog,
        _ publish: (RegistryState) -> Void
    ) async {
        let range = keys.range(name)
        var state = EtcdWatchState(of: name, keys: keys, logger: logger)
        var retry = WatchRetry()
        while !Task.isCancelled {
            let started = ContinuousClock.now
            do {
                try await followOnce(range, &state, api: api, outages: outages, publish)
                retry.reset()
            } catch is CancellationError {
                return
            } catch {
                if ContinuousClock.now - started > stableStreamDuration { retry.reset() }
                let cause = microError(error)
                if cause.code == .closed { return }
                if error is EtcdRevisionUnavailableError, retry.consecutiveFailures < 3 {
                    // This is not a failure as long as the current entries can be read.
                    state.invalidate()
                    logger.debug("watch interrupted", metadata: ["service": "\(name ?? "*")", "cause": "\(cause)"])
                } else {
                    outages.failWatch(of: name ?? "*", cause)
                    state.markStale(cause)
                    publish(state.published)
                }
                guard await retry.wait(after: cause) else { return }
            }
        }
    }

    /// Continues at the revision of the state, and returns when the connection is due for replacement.
    private static func followOnce(
        _ range: KeyRange, _ state: inout EtcdWatchState, api: EtcdAPI, outages: OutageLog,
        _ publish: (RegistryState) -> Void
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
        // etcd would wait, without an error, for a revision that it has not reached.
        guard stream.created.continues(position) else { throw EtcdRevisionUnavailableError() }
        outages.recover()
        state.markLive()
        publish(state.published)
        let maxAge = api.configuration.watchRenewalInterval(atMost: .seconds(3600))
        try await stream.follow(until: .now + maxAge * Double.random(in: 0.8...1)) { events in
            state.apply(events)
            publish(state.published)
        }
        // For etcd, replaying many revisions is more expensive than reading the current entries.
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
    /// Whether it is a later point of the same history. An etcd that has lost its data starts again with the first
    /// revision.
    func continues(_ earlier: ResponseHeader) -> Bool {
        clusterID == earlier.clusterID && revision >= earlier.revision && raftTerm >= earlier.raftTerm
    }
}
