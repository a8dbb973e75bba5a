// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// What `Greeter.Hello` is asked.
public struct HelloRequest: Codable, Sendable {
    /// Who is greeted.
    public var name: String

    /// Creates a request.
    public init(name: String) { self.name = name }
}

/// What `Greeter.Hello` answers.
public struct HelloResponse: Codable, Sendable {
    /// Such as `Hello John`.
    public var greeting: String
    /// Which process answered, so that a reader sees how calls spread; a Go greeter leaves it out.
    public var process: Int32?

    /// Creates a response.
    public init(greeting: String, process: Int32? = nil) {
        self.greeting = greeting
        self.process = process
    }
}
