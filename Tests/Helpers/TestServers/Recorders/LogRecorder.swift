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

    /// A logger with the level `trace` that writes to this recorder.
    package var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    /// Whether one line contains all texts.
    package func has(_ texts: String...) -> Bool { text.contains { line in texts.allSatisfy(line.contains) } }

    /// Whether an outage of a backend was logged, with its cause.
    package func hasOutage(of backend: String) -> Bool {
        has("warning disconnected from \(backend); reconnecting", "cause")
    }

    /// Whether the end of an outage was logged, at the level of the outage.
    package func hasRecovery(of backend: String) -> Bool { has("warning reconnected to \(backend)") }

    /// The number of outages that were logged as warnings.
    package var outageCount: Int { text.count { $0.hasPrefix("warning disconnected") } }

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
