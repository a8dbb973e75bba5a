// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The rules for times to live, one set for all registries.
public enum TimeToLive {
    /// What no registration needs: a year.
    static let maxTimeToLive = Duration.seconds(365 * 24 * 3600)

    /// The time to live that a backend is given: at least its shortest, at most a year; nil stays nil.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` when it is not above zero.
    public static func effective(_ timeToLive: Duration?, minimum: Duration) throws -> Duration? {
        guard let timeToLive else { return nil }
        guard timeToLive > .zero else {
            throw MicroError(
                .invalidArgument, "the time to live (\(timeToLive)) must be above zero; nil stands for no expiry",
                origin: MicroError.Origin.registry)
        }
        return min(max(timeToLive, minimum), maxTimeToLive)
    }
}
