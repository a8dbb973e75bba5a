// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// Records everything that a client logs, at all levels.
final class LogRecorder: Sendable {
    private let entries = Mutex<[String]>([])

    /// The messages so far, each with its metadata.
    var lines: [String] { entries.withLock(\.self) }

    /// A logger whose entries are recorded.
    var logger: Logger {
        var logger = Logger(label: "conformance") { _ in Handler(recorder: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            recorder.entries.withLock { $0.append("\(event.message) \(all)") }
        }
    }
}
