// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
package import MicroCore
import Synchronization

/// Logs the outages of a backend: the beginning and the end of each at the same level, and the failures in between at
/// `debug`.
///
/// The level is `warning`, or `debug` for an outage that begins shortly after another. All connections and watches of
/// a client share one log.
package final class OutageLog: Sendable {
    private struct Outage {
        let level: Logger.Level
        let start: ContinuousClock.Instant
    }

    private let backend: String
    private let logger: Logger
    private let throttle: LogThrottle
    private let refusals = LogThrottle(interval: .seconds(60))
    private let outage = Mutex<Outage?>(nil)

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - backend: The product, such as `Consul`.
    ///   - throttle: Decides which outages are logged as warnings.
    package init(_ backend: String, logger: Logger, throttle: LogThrottle = LogThrottle()) {
        (self.backend, self.logger, self.throttle) = (backend, logger, throttle)
    }

    /// Logs a failure. The first one after ``recover(_:)`` begins an outage; later ones are logged at `debug`.
    package func fail(_ cause: MicroError) {
        let level = outage.withLock { outage -> Logger.Level in
            guard outage == nil else { return .debug }
            let level: Logger.Level = throttle.admit() == nil ? .debug : .warning
            outage = Outage(level: level, start: .now)
            return level
        }
        logger.log(level: level, "disconnected from \(backend); reconnecting", metadata: ["cause": "\(cause)"])
    }

    /// Logs the failure of a watch. `unauthenticated` and `permissionDenied` are not treated as an outage, because
    /// other requests may succeed; they are logged as a warning at most once a minute.
    ///
    /// - Parameter subject: The service, or `*`.
    package func failWatch(of subject: String, _ cause: MicroError) {
        guard cause.code == .unauthenticated || cause.code == .permissionDenied else { return fail(cause) }
        logger.warning(
            "\(backend) refused a watch", throttle: refusals,
            metadata: ["service": "\(subject)", "cause": "\(cause)"])
    }

    /// Logs the end of the outage, if there was one.
    ///
    /// - Parameter server: The server that responds, if it is known.
    /// - Returns: Whether there was an outage.
    @discardableResult
    package func recover(_ server: String? = nil) -> Bool {
        let ended = outage.withLock { outage in
            defer { outage = nil }
            return outage
        }
        guard let ended else { return false }
        var metadata: Logger.Metadata = ["after": "\(ContinuousClock.now - ended.start)"]
        if let server { metadata["server"] = "\(server)" }
        logger.log(level: ended.level, "reconnected to \(backend)", metadata: metadata)
        return true
    }
}
