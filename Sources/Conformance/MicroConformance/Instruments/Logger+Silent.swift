// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging

extension Logger {
    /// A logger that discards everything. Cases cause failures: the logs of clients would obscure the report.
    public static var silent: Logger { Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() } }
}
