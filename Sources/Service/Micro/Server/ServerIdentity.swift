// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore

/// The properties that all handlers of a service share.
struct ServerIdentity: Sendable {
    let name: String
    let codecs: Codecs
    let logger: Logger
    /// The client that handlers call other services with.
    let client: Client
    /// The headers that are forwarded from a request to the calls of its handler.
    var forwardedHeaders = HeaderForwarding.safe

    /// The logger with one more metadata value.
    func logger(_ key: String, _ value: String) -> Logger {
        var logger = logger
        logger[metadataKey: key] = "\(value)"
        return logger
    }
}

extension MicroError {
    /// The error of a service whose handlers are not valid.
    static func invalidHandler(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: Origin.server)
    }
}
