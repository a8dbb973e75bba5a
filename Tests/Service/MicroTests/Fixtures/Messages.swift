// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A message with one field.
struct Text: Codable, Sendable, Equatable { var text: String }

/// A message without fields.
struct Empty: Codable, Sendable, Equatable {}

/// The request of the greeter.
struct Hello: Codable, Sendable { var name: String }

/// The response of the greeter.
struct Greeting: Codable, Sendable, Equatable { var greeting: String }

/// An event.
struct UserCreated: Codable, Sendable, Equatable { var name: String }
