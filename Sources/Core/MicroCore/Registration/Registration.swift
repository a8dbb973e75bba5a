// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging

/// Keeps the record of a service registered in any registry, by heartbeats.
///
/// It refreshes the record after each ``Configuration/interval``, shortened by up to 10 % at random. After a loss (an
/// expired lease, a wiped backend, an outage), it registers again, with backoff and without limit. Each loss and each
/// recovery is logged and reported as a ``RegistrationStatus``.
public struct Registration: Sendable {
    /// Configuration of a `Registration`.
    public struct Configuration: Sendable {
        /// How long the record stays registered without a heartbeat; 30 s by default.
        public var timeToLive: Duration = .seconds(30)
        /// The time between heartbeats; nil for a third of the time to live.
        public var interval: Duration?
        /// The delay before the next attempt after a failure. After the start, it does not exceed the interval.
        public var backoff = Backoff(base: .milliseconds(500), maxDelay: .seconds(10))
        /// The time limit of the deregistration at the end; 3 s by default.
        public var deregisterTimeout: Duration = .seconds(3)
        /// Advice that is appended to the error about an invalid interval, such as the names of the settings to check.
        package var intervalAdvice: String?

        /// Creates the default configuration.
        public init() {}
    }

    private let record: ServiceRecord
    private let registry: any Registry
    private let configuration: Configuration
    private let interval: Duration
    private let logger: Logger
    private let onStatusChange: @Sendable (RegistrationStatus) -> Void

    /// Creates a registration. It sends nothing before ``start(within:)``.
    ///
    /// - Parameters:
    ///   - record: The record to register.
    ///   - registry: The registry to register it in.
    ///   - configuration: The time to live, the interval and the delays.
    ///   - logger: The logger for losses and recoveries.
    ///   - onStatusChange: Called with each new status, one after another. It must not block.
    /// - Throws: ``MicroError`` with `invalidName` or `invalidArgument` if the record is not valid, or if the interval is not
    ///   below the time to live, so that the record would expire between heartbeats.
    public init(
        of record: ServiceRecord, in registry: any Registry, configuration: Configuration = .init(),
        logger: Logger = .component("registration"),
        onStatusChange: @escaping @Sendable (RegistrationStatus) -> Void = { _ in }
    ) throws {
        try record.validate()
        let interval = configuration.interval ?? configuration.timeToLive / 3
        guard interval > .zero, interval < configuration.timeToLive else {
            let advice = configuration.intervalAdvice.map { ": \($0)" } ?? ""
            throw MicroError(
                .invalidArgument,
                "the register interval (\(interval)) must be above zero and below the time to live "
                    + "(\(configuration.timeToLive))\(advice)", origin: MicroError.Origin.registry)
        }
        self.record = record
        self.registry = registry
        self.configuration = configuration
        self.interval = interval
        self.logger = logger
        self.onStatusChange = onStatusChange
    }

    // MARK: Lifecycle

    /// Registers the record for the first time. While the registry cannot be reached, it retries until the time limit.
    ///
    /// Before it throws, it removes anything that an interrupted attempt may have left in the registry.
    ///
    /// - Parameter limit: The maximum time for all attempts.
    /// - Throws: The last error that the registry returned, or `deadlineExceeded` if it returned none; immediately if another
    ///   attempt cannot succeed. Or `CancellationError`.
    public func start(within limit: Duration) async throws {
        var wasInterrupted = false
        do { try await register(within: limit, &wasInterrupted) } catch {
            // The attempt may have reached the registry, although no server listens at the node's address.
            if wasInterrupted { await deregister(reportsOutcome: false) }
            throw error
        }
    }

    /// - Parameter wasInterrupted: Set if an attempt ended without a response of the registry.
    private func register(within limit: Duration, _ wasInterrupted: inout Bool) async throws {
        let (end, throttle) = (ContinuousClock.now + limit, LogThrottle())
        var attempt = 0
        var failure: MicroError?
        while true {
            do {
                try await register(by: end, within: limit, &wasInterrupted)
                logger.info("registered", metadata: metadata)
                onStatusChange(.registered)
                return
            } catch let error as MicroError where error.isTransient {
                // A response of the registry says more than that a later attempt had too little time.
                if failure == nil || error.code != .deadlineExceeded { failure = error }
                let delay = configuration.backoff.delay(attempt: attempt)
                guard ContinuousClock.now + delay < end else { throw failure ?? error }
                logger.warning("registration failed, retrying", throttle: throttle, metadata: metadata(cause: error))
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    private func register(
        by deadline: ContinuousClock.Instant, within limit: Duration, _ wasInterrupted: inout Bool
    ) async throws {
        do {
            _ = try await withDeadline(deadline, orThrow: timeoutError(limit)) {
                try await registry.register(record, timeToLive: configuration.timeToLive)
            }
        } catch {
            let code = (error as? MicroError)?.code
            if error is CancellationError || code == .deadlineExceeded || code == .unavailable { wasInterrupted = true }
            throw error
        }
    }

    /// Sends heartbeats until the task is cancelled, then deregisters the record.
    public func run() async {
        var loss: (since: ContinuousClock.Instant, attempts: Int)?
        while await waitForNextAttempt(failedAttempts: loss?.attempts) {
            do {
                let outcome = try await registry.register(record, timeToLive: configuration.timeToLive)
                if loss == nil, outcome.created { reportLoss(Self.missingRecord) }
                if loss != nil || outcome.created { reportRestored(since: loss?.since) }
                loss = nil
            } catch is CancellationError {
                break
            } catch {
                if loss == nil { reportLoss(error) }
                loss = (loss?.since ?? .now, (loss?.attempts ?? 0) + 1)
            }
        }
        await deregister()
    }

    /// Waits for the next heartbeat or, after a failure, for the next attempt.
    ///
    /// - Returns: False once the task is cancelled.
    private func waitForNextAttempt(failedAttempts: Int?) async -> Bool {
        let wait =
            if let failedAttempts { min(interval, configuration.backoff.delay(attempt: failedAttempts - 1)) } else {
                interval * Double.random(in: 0.9...1)
            }
        do { try await Task.sleep(for: wait) } catch { return false }
        return true
    }

    private func deregister(reportsOutcome: Bool = true) async {
        let timeout = configuration.deregisterTimeout
        do {
            try await withCancellationShield(limit: timeout, orThrow: timeoutError(timeout)) {
                try await registry.deregister(record)
            }
            if reportsOutcome { logger.info("deregistered", metadata: metadata) }
        } catch {
            logger.log(
                level: reportsOutcome ? .warning : .debug,
                "deregistration failed; the record expires after its time to live", metadata: metadata(cause: error))
        }
    }

    // MARK: Reporting

    private func timeoutError(_ limit: Duration) -> MicroError {
        MicroError(
            .deadlineExceeded, "\(registry) did not respond within \(limit)", origin: MicroError.Origin.registry)
    }

    private static var missingRecord: MicroError {
        MicroError(.notFound, "the registry no longer had the record", origin: MicroError.Origin.registry)
    }

    private func reportLoss(_ error: any Error) {
        let cause = error as? MicroError ?? MicroError(.internal, "\(error)", origin: MicroError.Origin.registry)
        logger.warning("registration lost", metadata: metadata(cause: cause))
        onStatusChange(.lost(cause: cause))
    }

    private func reportRestored(since: ContinuousClock.Instant?) {
        var metadata = metadata
        if let since { metadata["after"] = "\(ContinuousClock.now - since)" }
        logger.warning("registration restored", metadata: metadata)
        onStatusChange(.restored)
    }

    private var metadata: Logger.Metadata {
        [
            "service": "\(record.name)", "nodes": "\(record.nodes.map(\.id).joined(separator: ","))",
            "registry": "\(registry)",
        ]
    }

    private func metadata(cause: any Error) -> Logger.Metadata {
        metadata.merging(["cause": "\(cause)"]) { $1 }
    }
}

extension MicroError {
    /// Whether another attempt can succeed. Attempts with invalid names or credentials cannot.
    package var isTransient: Bool {
        [.unavailable, .deadlineExceeded, .resourceExhausted, .internal].contains(code)
    }
}
