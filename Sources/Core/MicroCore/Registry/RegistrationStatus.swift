// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Whether a record is in its registry, as far as its heartbeat knows.
public enum RegistrationStatus: Sendable {
    /// It was put there, and has not been lost since.
    case registered
    /// It is not there, or nobody can tell, for the given reason. The heartbeat goes on trying.
    case lost(cause: MicroError)
    /// It was lost, and is there again.
    case restored

    /// `registered`, `lost` or `restored`.
    public var name: String {
        switch self {
        case .registered: "registered"
        case .lost: "lost"
        case .restored: "restored"
        }
    }

    /// Why it is lost; nil if it is not.
    public var cause: MicroError? { if case .lost(let cause) = self { cause } else { nil } }
}
