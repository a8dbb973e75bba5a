// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
import Synchronization

/// Records log messages.
package final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    /// Creates a recorder without lines.
    package init() {}

    /// All lines so far: level, message and metadata.
    package var text: [String] { lines.withLock(\.self) }

    /// A logger that writes to this recorder, with the level `trace`.
    package var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    /// Whether one line contains all texts.
    package func has(_ texts: String...) -> Bool { text.contains { line in texts.allSatisfy(line.contains) } }

    private func append(_ line: String) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let allMetadata = metadata.merging(event.metadata ?? [:]) { $1 }
            recorder.append("\(event.level) \(event.message) \(allMetadata.sorted { $0.key < $1.key })")
        }
    }
}
