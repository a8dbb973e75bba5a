// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import Foundation
public import Logging
import MicroCore

/// Configuration of a program's log, which is written to standard error.
///
/// Libraries do not configure logging; the program does. Set it up before anything is logged:
///
/// ```swift
/// await Microservice.main {
///     try LogConfiguration.environment().bootstrap()
///     let service = try Microservice("greeter", backends: .environment)
///     try await service.runService()
/// }
/// ```
///
/// Configuration keys: `micro.log.level` (`MICRO_LOG_LEVEL`: `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`;
/// also go-micro's `warn` and `fatal`), `micro.log.format` (`MICRO_LOG_FORMAT`: `text` or `json`).
public struct LogConfiguration: Sendable {
    /// The format of lines.
    public enum Format: String, Sendable, CaseIterable {
        /// Text for people.
        case text
        /// One JSON object per line, with the members `time`, `level`, `label`, `message` and `metadata`.
        case json
    }

    /// The least severe level that is logged; `info` by default.
    public var level = Logger.Level.info
    /// The format of lines; text by default.
    public var format = Format.text

    /// Creates the default configuration.
    public init() {}

    /// Creates the default configuration, changed by the settings of a reader.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
    public init(configReader reader: ConfigReader) throws {
        if let text = reader.nonEmptyString("micro.log.level") {
            let goMicroLevels: [String: Logger.Level] = ["warn": .warning, "fatal": .critical]
            guard let level = Logger.Level(rawValue: text.lowercased()) ?? goMicroLevels[text.lowercased()] else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigReader.malformed("micro.log.level", text, expected: "one of \(levels)")
            }
            self.level = level
        }
        if let text = reader.nonEmptyString("micro.log.format") {
            guard let format = Format(rawValue: text.lowercased()) else {
                throw ConfigReader.malformed("micro.log.format", text, expected: "text or json")
            }
            self.format = format
        }
    }

    /// Creates the default configuration, changed by the environment variables of the process.
    ///
    /// - Throws: As ``init(configReader:)``.
    public static func environment() throws -> Self { try Self(configReader: .environment) }

    /// Sets up swift-log for the whole process. A program may do so once.
    public func bootstrap() {
        LoggingSystem.bootstrap(
            { label, provider in makeHandler(label: label, metadataProvider: provider) }, metadataProvider: nil)
    }

    /// Creates the handler of a logger, for a program that combines it with other log handlers.
    ///
    /// - Parameters:
    ///   - label: The label of the logger.
    ///   - metadataProvider: Adds metadata to each line, such as the ID of a trace.
    public func makeHandler(label: String, metadataProvider: Logger.MetadataProvider? = nil) -> any LogHandler {
        switch format {
        case .text:
            var handler = StreamLogHandler.standardError(label: label, metadataProvider: metadataProvider)
            handler.logLevel = level
            return handler
        case .json:
            return JSONLogHandler(label: label, level: level, metadataProvider: metadataProvider) { line in
                // There is nowhere left to report that a line cannot be written.
                try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
            }
        }
    }
}
