// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The event that is published for every new user.
public struct UserCreated: Codable, Sendable {
    /// The topic of the event.
    public static let topic = "user.created"

    /// The number of the user, counted from 1.
    public var number: Int
    /// The name of the user.
    public var name: String

    /// Creates an event.
    public init(number: Int, name: String) {
        self.number = number
        self.name = name
    }
}
