// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MicroCore
import MicroEdge

/// The exit status of the command.
enum ExitStatus: Int32 {
    case succeeded = 0
    /// The command has failed for another reason than those below, such as an error of a service.
    case failed = 1
    /// The command line, a setting or a name is not valid.
    case usage = 2
    /// There is no such service, endpoint or context.
    case notFound = 3
    /// The registry, the broker or the service cannot be reached.
    case unavailable = 4
    /// The deadline has passed.
    case timeout = 5
    /// Ctrl-C ended the command before it was done: 128 and the number of the signal, as in a shell.
    case interrupted = 130

    /// The status for an error of the toolkit.
    init(_ error: MicroError) {
        switch error.code {
        case .notFound: self = .notFound
        case .unavailable, .closed: self = .unavailable
        case .deadlineExceeded: self = .timeout
        case .invalidArgument, .invalidName, .invalidTopic:
            self = Self.isToolkit(error.origin) ? .usage : .failed
        default: self = .failed
        }
    }

    /// The status for the error of a call, which is one of the toolkit or of the service.
    init(ofCall error: MicroError) {
        self = Self.isToolkit(error.origin) || error.code == .deadlineExceeded ? Self(error) : .failed
    }

    /// Whether an error is one of the toolkit, also of Go Micro's, rather than of a service.
    private static func isToolkit(_ origin: String) -> Bool {
        MicroError.Origin.isToolkit(origin)
            || ["", MicroError.Origin.edge, "go.micro.rpc", "go.micro.client", "go.micro.server"].contains(origin)
    }
}
