// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// The properties that all handlers of a service share.
struct ServerIdentity: Sendable {
    let name: String
    let codecs: Codecs
    let logger: Logger
    /// The names of the headers that are forwarded from a request to the calls of its handler.
    var forwardedHeaders: [String] = []

    /// The logger with one more metadata value.
    func logger(_ key: String, _ value: String) -> Logger {
        var logger = logger
        logger[metadataKey: key] = "\(value)"
        return logger
    }

    /// The headers of a request that are forwarded.
    func forwarded(of headers: Headers) -> Headers {
        guard !forwardedHeaders.isEmpty else { return [:] }
        var forwarded: Headers = [:]
        for name in forwardedHeaders {
            for value in headers.values(name) { forwarded.add(name, value) }
        }
        return forwarded
    }
}

extension MicroError {
    /// The error of a service whose handlers are not valid.
    static func invalidHandler(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: Origin.server)
    }
}
