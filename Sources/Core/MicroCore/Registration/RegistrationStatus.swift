// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The status of a registration, according to its last heartbeat.
public enum RegistrationStatus: Sendable {
    /// The record was registered and has not been lost since.
    case registered
    /// The record is missing, or its state is unknown, for the given reason. The heartbeat keeps trying.
    case lost(cause: MicroError)
    /// The record was lost and is registered again.
    case restored

    /// `registered`, `lost` or `restored`.
    public var name: String {
        switch self {
        case .registered: "registered"
        case .lost: "lost"
        case .restored: "restored"
        }
    }

    /// The reason for a loss; nil for the other statuses.
    public var cause: MicroError? { if case .lost(let cause) = self { cause } else { nil } }
}
