// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The rules for times to live, which are the same for all registries.
public enum TimeToLive {
    /// One year, which is longer than any registration needs.
    private static let maxTimeToLive = Duration.seconds(365 * 24 * 3600)

    /// The time to live to send to a backend: at least the backend's minimum and at most a year; nil stays nil.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if it is not above zero.
    public static func effective(_ timeToLive: Duration?, minimum: Duration) throws -> Duration? {
        guard let timeToLive else { return nil }
        guard timeToLive > .zero else {
            throw MicroError(
                .invalidArgument, "the time to live (\(timeToLive)) must be above zero; nil means no expiry",
                origin: MicroError.Origin.registry)
        }
        return min(max(timeToLive, minimum), maxTimeToLive)
    }

    /// The time to live to send to a backend that counts in whole seconds: rounded up, at least one second and at most a
    /// year; nil stays nil.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` if it is not above zero.
    package static func effectiveSeconds(_ timeToLive: Duration?) throws -> Duration? {
        try effective(timeToLive, minimum: .seconds(1)).map { effective in
            .seconds(effective.components.seconds + (effective.components.attoseconds > 0 ? 1 : 0))
        }
    }
}
