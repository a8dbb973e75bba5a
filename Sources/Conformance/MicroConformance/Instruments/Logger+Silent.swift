// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Logging

extension Logger {
    /// Logs nowhere. Cases provoke losses and returns all the time: their logs would bury the report.
    public static var silent: Logger { Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() } }
}
