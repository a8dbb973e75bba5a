// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Logging
import Synchronization

/// Keeps what is logged, so that a test can look at it.
package final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    /// A recorder without lines.
    package init() {}

    /// Every line so far: level, message and metadata.
    package var text: [String] { lines.withLock(\.self) }

    /// A logger that writes here, from the level `trace` on.
    package var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    /// Whether a line has all the words.
    package func has(_ words: String...) -> Bool { text.contains { line in words.allSatisfy(line.contains) } }

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
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            recorder.append("\(event.level) \(event.message) \(all.sorted { $0.key < $1.key })")
        }
    }
}
