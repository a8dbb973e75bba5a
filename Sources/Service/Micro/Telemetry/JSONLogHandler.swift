// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging

/// Writes each event as one line of JSON, with the members `time` (RFC 3339), `level`, `label`, `message` and, if there are
/// any, `metadata` (an object) and `error`.
struct JSONLogHandler: LogHandler {
    private struct Line: Encodable {
        let time: String
        let level: String
        let label: String
        let message: String
        let metadata: [String: Value]?
        let error: String?
    }

    private enum Value: Encodable {
        case text(String)
        case list([Value])
        case object([String: Value])

        init(_ value: Logger.MetadataValue) {
            switch value {
            case .string(let text): self = .text(text)
            case .stringConvertible(let value): self = .text("\(value)")
            case .array(let values): self = .list(values.map(Value.init))
            case .dictionary(let values): self = .object(values.mapValues(Value.init))
            }
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .text(let text): try text.encode(to: encoder)
            case .list(let values): try values.encode(to: encoder)
            case .object(let values): try values.encode(to: encoder)
            }
        }
    }

    let label: String
    /// Writes a line, without its line feed.
    let write: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    var metadataProvider: Logger.MetadataProvider?

    init(
        label: String, level: Logger.Level, metadataProvider: Logger.MetadataProvider?,
        write: @escaping @Sendable (String) -> Void
    ) {
        (self.label, logLevel, self.metadataProvider, self.write) = (label, level, metadataProvider, write)
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        let line = Line(
            time: RFC3339.text(of: Date()), level: event.level.rawValue, label: label, message: "\(event.message)",
            metadata: all.isEmpty ? nil : all.mapValues(Value.init), error: event.error.map { "\($0)" })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, lists and objects of them can always be encoded.
        guard let bytes = try? encoder.encode(line) else { return }
        write(String(decoding: bytes, as: UTF8.self))
    }
}
