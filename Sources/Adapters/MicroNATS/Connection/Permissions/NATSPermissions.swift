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

    /// The error of the last denial.
    func lastDenial(of subject: String) -> MicroError? { denials[subject]?.error }

    func allows(_ subject: String) -> Bool { allowed.contains(subject) }

    mutating func recordSuccess(of subject: String) {
        denials[subject] = nil
        if allowed.count >= Self.maxAllowedSubjects { allowed = [] }
        allowed.insert(subject)
    }

    mutating func recordDenial(of subject: String, _ error: MicroError) {
        allowed.remove(subject)
        guard denials.count < Self.maxDeniedSubjects || denials[subject] != nil else { return }
        let count = denialCount(of: subject)
        denials[subject] = Denial(error: error, count: count + 1, expiry: .now + Self.backoff.delay(attempt: count))
    }
}
