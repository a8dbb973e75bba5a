// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// What all endpoints of a service have in common.
struct ServerIdentity: Sendable {
    let name: String
    let logger: Logger
    /// The names of the headers that go on from a request to the calls of its handler.
    let forwardedHeaders: [String]

    func logger(of endpoint: String) -> Logger {
        var logger = logger
        logger[metadataKey: "endpoint"] = "\(endpoint)"
        return logger
    }

    func forwarded(of headers: Headers) -> Headers {
        guard !forwardedHeaders.isEmpty else { return [:] }
        var forwarded: Headers = [:]
        for name in forwardedHeaders {
            for value in headers.values(name) { forwarded.add(name, value) }
        }
        return forwarded
    }
}
