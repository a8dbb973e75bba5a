// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging

/// Keeps a record registered: the heartbeat of a service, written once for all registries.
///
/// It refreshes at a third of the time to live, with jitter, and heals after every loss (an expired lease, a wiped
/// backend, an outage) with backoff and without limit. Each loss and each return is logged, as `lost` and `restored`,
/// and told as a ``RegistrationStatus``.
public struct Registration: Sendable {
    /// How a record is kept registered.
    public struct Configuration: Sendable {
        /// How long the record stays without a heartbeat; 30 s by default.
        public var timeToLive: Duration = .seconds(30)
        /// The time between heartbeats; nil for a third of the time to live.
        public var interval: Duration?
        /// How long to wait after a failure. The limit is the interval, if that is less.
        public var backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(10))
        /// How long the removal at the end may take; 5 s by default.
        public var deregisterTimeout: Duration = .seconds(5)

        /// The defaults.
        public init() {}
    }

    private let record: ServiceRecord
    private let registry: any Registry
    private let configuration: Configuration
    private let interval: Duration
    private let logger: Logger
    private let onStatusChange: @Sendable (RegistrationStatus) -> Void

    /// Creates the heartbeat of a record. Nothing runs yet.
    ///
    /// - Parameters:
    ///   - record: What is to be registered.
    ///   - registry: Where.
    ///   - configuration: How it is kept registered.
    ///   - logger: Where losses and returns are logged.
    ///   - statusChanged: Called with each new status, one after the other. It must not block.
    /// - Throws: ``MicroError`` with `invalidName` or `invalidArgument`: the record is not valid, or the interval is not
    ///   below the time to live, so that the record would come and go.
    public init(
        of record: ServiceRecord, in registry: any Registry, configuration: Configuration = .init(),
        logger: Logger = .current, onStatusChange: @escaping @Sendable (RegistrationStatus) -> Void = { _ in }
    ) throws {
        try record.validate()
        let interval = configuration.interval ?? configuration.timeToLive / 3
        guard interval > .zero, interval < configuration.timeToLive else {
            throw MicroError(
                .invalidArgument,
                "the register interval (\(interval)) must be above zero and below the time to live "
                    + "(\(configuration.timeToLive)): check MICRO_REGISTER_INTERVAL and MICRO_REGISTER_TTL",
                origin: MicroError.Origin.registry)
        }
        self.record = record
        self.registry = registry
        self.configuration = configuration
        self.interval = interval
        self.logger = logger
        self.onStatusChange = onStatusChange
    }

    /// Registers for the first time, and tries again until the limit while the registry cannot be reached.
    ///
    /// - Parameter limit: How long to try.
    /// - Throws: The last error of the registry, at once when trying again cannot help; or `CancellationError`. What an
    ///   attempt may have left in the registry is removed then.
    public func start(within limit: Duration) async throws {
        do { try await register(within: limit) } catch {
            // An attempt that was cut off may have arrived, and nobody will answer at its address.
            let code = (error as? MicroError)?.code
            if error is CancellationError || code == .deadlineExceeded || code == .unavailable {
                await deregister(ignoresFailure: true)
            }
            throw error
        }
    }

    private func register(within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        var attempt = 0
        while true {
            do {
                _ = try await withDeadline(end, orThrow: startTimeout(limit)) {
                    try await registry.register(record, timeToLive: configuration.timeToLive)
                }
                logger.info("registered", metadata: metadata)
                onStatusChange(.registered)
                return
            } catch let error as MicroError where error.isTransient {
                let delay = configuration.backoff.delay(attempt: attempt)
                guard ContinuousClock.now + delay < end else { throw error }
                logger.warning("not registered yet, trying again", metadata: metadata(error))
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// Sends heartbeats until the task is cancelled, then deregisters.
    public func run() async {
        var lost: (since: ContinuousClock.Instant, attempts: Int)?
        while await waitForNextAttempt(attempt: lost?.attempts) {
            do {
                let outcome = try await registry.register(record, timeToLive: configuration.timeToLive)
                if lost == nil, outcome.created { reportLoss(Self.lostByRegistry) }
                if lost != nil || outcome.created { reportRestored(since: lost?.since) }
                lost = nil
            } catch is CancellationError {
                break
            } catch {
                if lost == nil { reportLoss(error) }
                lost = (lost?.since ?? .now, (lost?.attempts ?? 0) + 1)
            }
        }
        await deregister()
    }

    /// Waits for the next heartbeat, or for the next attempt after a loss; false once the task is cancelled.
    private func waitForNextAttempt(attempt: Int?) async -> Bool {
        let wait =
            if let attempt { min(interval, configuration.backoff.delay(attempt: attempt - 1)) } else {
                interval * Double.random(in: 0.9...1)
            }
        do { try await Task.sleep(for: wait) } catch { return false }
        return true
    }

    private func deregister(ignoresFailure: Bool = false) async {
        do {
            try await withCancellationShield(limit: configuration.deregisterTimeout, orThrow: deregisterTimeout()) {
                try await registry.deregister(record)
            }
            if !ignoresFailure { logger.info("deregistered", metadata: metadata) }
        } catch {
            guard !ignoresFailure else { return }
            logger.warning(
                "not deregistered: the record stays until its time to live ends", metadata: metadata("\(error)"))
        }
    }

    private func startTimeout(_ limit: Duration) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not answer within \(limit)", origin: MicroError.Origin.registry)
    }

    private func deregisterTimeout() -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not answer within \(configuration.deregisterTimeout)",
            origin: MicroError.Origin.registry)
    }

    private static var lostByRegistry: MicroError {
        MicroError(.notFound, "the registry had lost the record", origin: MicroError.Origin.registry)
    }

    private func reportLoss(_ error: any Error) {
        let cause = error as? MicroError ?? MicroError(.internal, "\(error)", origin: MicroError.Origin.registry)
        logger.warning("lost", metadata: metadata(cause))
        onStatusChange(.lost(cause: cause))
    }

    private func reportRestored(since: ContinuousClock.Instant?) {
        var metadata = metadata
        if let since { metadata["after"] = "\(ContinuousClock.now - since)" }
        logger.notice("restored", metadata: metadata)
        onStatusChange(.restored)
    }

    private var metadata: Logger.Metadata {
        [
            "service": "\(record.name)", "nodes": "\(record.nodes.map(\.id).joined(separator: ","))",
            "registry": "\(registry)",
        ]
    }

    private func metadata(_ cause: some CustomStringConvertible) -> Logger.Metadata {
        metadata.merging(["cause": "\(cause)"]) { $1 }
    }
}

extension MicroError {
    /// Whether a start may wait for the failure to pass. Wrong names or credentials do not pass by themselves.
    fileprivate var isTransient: Bool {
        [.unavailable, .deadlineExceeded, .resourceExhausted, .internal].contains(code)
    }
}
