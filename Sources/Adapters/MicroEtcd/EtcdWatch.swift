// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Logging
import MicroCore
import Synchronization

/// Follows etcd for all watches of a registry: reads the present, then has every later change streamed.
///
/// A dead connection may look like a quiet one for ever, so that none is kept for long: the next one goes on where it
/// ended.
///
/// The first names that are watched have a stream each. All others, and watches of everything, are fed from one.
final class EtcdWatch: Sendable {
    /// How many services are watched by a stream of their own.
    static let maxDedicatedStreams = 32

    /// A stream that lasted this long was no part of a row of failures.
    private static let stableStreamDuration = Duration.seconds(5)

    private let api: EtcdAPI
    private let keys: EtcdKeys
    private let logger: Logger
    private let availableStreams = Mutex(EtcdWatch.maxDedicatedStreams)
    /// The one stream of everything.
    private let sharedHub: RegistryWatchHub

    init(api: EtcdAPI, keys: EtcdKeys, logger: Logger) {
        self.api = api
        self.keys = keys
        self.logger = logger
        sharedHub = RegistryWatchHub { _, publish in
            await Self.run(nil, api: api, keys: keys, logger: logger, publish)
        }
    }

    /// Publishes the states of a service, or of all (nil), until the task is cancelled or the registry is closed.
    func run(_ name: String?, _ publish: (RegistryState) -> Void) async {
        if let name, acquireStream() {
            defer { availableStreams.withLock { $0 += 1 } }
            await Self.run(name, api: api, keys: keys, logger: logger, publish)
        } else if let states = try? sharedHub.watch(nil) {
            // When it is closed already, there is nothing to publish.
            for await state in states {
                publish(name.map { RegistryState(state[$0], freshness: state.freshness) } ?? state)
            }
        }
    }

    func close() async { await sharedHub.close() }

    private func acquireStream() -> Bool {
        availableStreams.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    private static func run(
        _ name: String?, api: EtcdAPI, keys: EtcdKeys, logger: Logger, _ publish: (RegistryState) -> Void
    ) async {
        let range = keys.range(name)
        var view = EtcdWatchState(of: name, keys: keys, logger: logger)
        var failures = 0
        while !Task.isCancelled {
            let started = ContinuousClock.now
            do {
                try await follow(range, &view, api: api, publish)
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                if ContinuousClock.now - started > stableStreamDuration { failures = 0 }
                let cause = microError(error)
                if cause.code == .closed { return }
                if error is EtcdRevisionUnavailableError, failures < 3 {
                    // Nothing has failed as long as the present can be read.
                    view.invalidate()
                } else {
                    view.markStale(cause)
                    publish(view.state)
                }
                logger.debug("cannot watch", metadata: ["service": "\(name ?? "*")", "cause": "\(cause)"])
                do { try await Task.sleep(for: Backoff.afterFailure(cause, attempt: failures)) } catch { return }
                failures += 1
            }
        }
    }

    /// Goes on where the view ends, and returns when it is time for another connection.
    private static func follow(
        _ range: KeyRange, _ view: inout EtcdWatchState, api: EtcdAPI, _ publish: (RegistryState) -> Void
    ) async throws {
        let deadline = api.deadline
        let position: ResponseHeader
        if let known = view.position {
            position = known
        } else {
            let snapshot = try await api.read(range, by: deadline)
            view.replace(snapshot)
            position = snapshot.header
        }
        var stream = try await api.watch(range, from: position.revision + 1, by: deadline)
        // etcd would wait for a revision that it has not reached yet.
        guard stream.created.continues(position) else { throw EtcdRevisionUnavailableError() }
        view.markLive()
        publish(view.state)
        let age = min(max(.milliseconds(10), api.configuration.watchRenewalInterval), .seconds(3600))
        try await stream.follow(until: .now + age * Double.random(in: 0.8...1)) { events in
            view.apply(events)
            publish(view.state)
        }
        // To go on from far behind costs etcd more than to tell the present.
        let behind = stream.created.revision - (view.position?.revision ?? 0)
        if behind > max(1000, view.count) { view.invalidate() }
    }

    private static func microError(_ error: any Error) -> MicroError {
        if error is EtcdRevisionUnavailableError {
            return MicroError(
                .unavailable, "etcd does not go on with the history that was read", origin: MicroError.Origin.registry)
        }
        return error as? MicroError ?? MicroError(.internal, "\(error)", origin: MicroError.Origin.registry)
    }
}

extension ResponseHeader {
    /// Whether it is a later one of the same history. An etcd that was started anew begins at the first revision.
    fileprivate func continues(_ earlier: ResponseHeader) -> Bool {
        clusterID == earlier.clusterID && revision >= earlier.revision && raftTerm >= earlier.raftTerm
    }
}
