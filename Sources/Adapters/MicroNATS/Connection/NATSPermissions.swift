// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The subjects that a server is known to allow or to deny to this client, since the connection was made.
///
/// A server reports a denial after the fact and never reports a permission.
struct NATSPermissions {
    private static let maxDeniedSubjects = 1024
    private static let maxAllowedSubjects = 4096

    private var deniedPublications: [String: MicroError] = [:]
    private var deniedSubscriptions: [String: MicroError] = [:]
    private var allowedPublications: Set<String> = []

    /// Whether a publication to any subject is known to be denied.
    var hasDeniedPublications: Bool { !deniedPublications.isEmpty }

    /// Why a publication to a subject is denied; nil if no denial is known.
    func denial(ofPublicationTo subject: String) -> MicroError? {
        deniedPublications.isEmpty ? nil : deniedPublications[subject]
    }

    /// Why a subscription to a subject is denied; nil if no denial is known.
    func denial(ofSubscriptionTo subject: String) -> MicroError? { deniedSubscriptions[subject] }

    /// Whether publications to a subject are known to be allowed.
    func allowsPublication(to subject: String) -> Bool { allowedPublications.contains(subject) }

    mutating func recordAllowedPublication(to subject: String) {
        if allowedPublications.count >= Self.maxAllowedSubjects { allowedPublications = [] }
        allowedPublications.insert(subject)
    }

    mutating func recordDenial(of subject: String, isPublication: Bool, _ error: MicroError) {
        if isPublication {
            if deniedPublications.count < Self.maxDeniedSubjects { deniedPublications[subject] = error }
        } else {
            if deniedSubscriptions.count < Self.maxDeniedSubjects { deniedSubscriptions[subject] = error }
        }
    }
}
