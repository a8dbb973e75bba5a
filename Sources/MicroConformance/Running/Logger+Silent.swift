// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging

extension Logger {
    /// Cases provoke losses and returns all the time: their logs would bury the report.
    static var silent: Logger { Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() } }
}
