// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The subjects to which this connection's server is known to allow or deny publications.
///
/// A server reports a denial after the fact and never reports a permission. Permissions can change at any time, so a
/// denial is cached only for a while; then a publication is tried again.
struct NATSPermissions {
    private struct Denial {
        let error: MicroError
        var count: Int
        /// When the last denial was recorded.
        let time: ContinuousClock.Instant
        /// The time until which publications fail without being sent.
        var expiry: ContinuousClock.Instant
    }

    private static let maxDeniedSubjects = 1024
    private static let maxAllowedSubjects = 4096
    private static let backoff = Backoff(base: .seconds(1), maxDelay: .seconds(15))

    private var denials: [String: Denial] = [:]
    private var allowed: Set<String> = []

    /// Whether a publication to any subject was denied.
    var hasDenials: Bool { !denials.isEmpty }

    /// Why a publication to a subject must not be sent now; nil if it may be allowed.
    func denial(of subject: String) -> MicroError? {
        guard let denial = denials[subject], denial.expiry > .now else { return nil }
        return denial.error
    }

    /// How often publications to a subject were denied since they were last allowed.
    func denialCount(of subject: String) -> Int { denials[subject]?.count ?? 0 }

    /// The error of the last denial, if it was recorded since an instant.
    func denial(of subject: String, since start: ContinuousClock.Instant) -> MicroError? {
        guard let denial = denials[subject], denial.time >= start else { return nil }
        return denial.error
    }

    func allows(_ subject: String) -> Bool { allowed.contains(subject) }

    mutating func recordSuccess(of subject: String) {
        denials[subject] = nil
        if allowed.count >= Self.maxAllowedSubjects { allowed = [] }
        allowed.insert(subject)
    }

    mutating func recordDenial(of subject: String, _ error: MicroError) {
        allowed.remove(subject)
        // A denial that is not recorded would be reported as a success.
        if denials.count >= Self.maxDeniedSubjects, denials[subject] == nil,
            let oldest = denials.min(by: { $0.value.time < $1.value.time })?.key
        {
            denials[oldest] = nil
        }
        let (count, now) = (denialCount(of: subject), ContinuousClock.now)
        denials[subject] = Denial(
            error: error, count: count + 1, time: now, expiry: now + Self.backoff.delay(attempt: count))
    }
}
