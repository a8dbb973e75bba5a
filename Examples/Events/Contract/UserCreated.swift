// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Published to `user.created` for every new user.
public struct UserCreated: Codable, Sendable {
    /// Where it is published.
    public static let topic = "user.created"

    /// Counts the users.
    public var number: Int
    /// Who has come.
    public var name: String

    /// Creates an event.
    public init(number: Int, name: String) {
        self.number = number
        self.name = name
    }
}
