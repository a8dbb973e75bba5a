// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The request of `Greeter.Hello`.
public struct HelloRequest: Codable, Sendable {
    /// The name to greet.
    public var name: String

    /// Creates a request.
    public init(name: String) { self.name = name }
}

/// The response of `Greeter.Hello`.
public struct HelloResponse: Codable, Sendable {
    /// A greeting such as `Hello John`.
    public var greeting: String
    /// The ID of the process that responded, which shows how calls are distributed; nil from a Go greeter.
    public var process: Int32?

    /// Creates a response.
    public init(greeting: String, process: Int32? = nil) {
        self.greeting = greeting
        self.process = process
    }
}
