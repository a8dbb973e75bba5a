// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Configuration
import Foundation
import Logging
import Synchronization
import Testing

@testable import Micro

@Suite struct LogConfigurationTests {
    private func configuration(_ values: [AbsoluteConfigKey: ConfigValue]) throws -> LogConfiguration {
        try LogConfiguration(configReader: ConfigReader(provider: InMemoryProvider(values: values)))
    }

    @Test(arguments: [
        ("debug", Logger.Level.debug), ("WARNING", .warning), ("warn", .warning), ("fatal", .critical), ("", .info),
    ])
    func levelIsRead(_ text: String, _ level: Logger.Level) throws {
        let configuration = try configuration([
            "micro.log.level": ConfigValue(.string(text), isSecret: false), "micro.log.format": "json",
        ])
        #expect(configuration.level == level && configuration.format == .json)
        #expect(configuration.makeHandler(label: "x").logLevel == level)
    }

    @Test func invalidSettingsAreRejectedByName() {
        let level = #expect(throws: MicroError.self) { try configuration(["micro.log.level": "loud"]) }
        #expect(level?.message.hasPrefix("MICRO_LOG_LEVEL=loud is not valid: expected one of trace") == true)
        let format = #expect(throws: MicroError.self) { try configuration(["micro.log.format": "xml"]) }
        #expect(format?.message == "MICRO_LOG_FORMAT=xml is not valid: expected text or json")
    }

    @Test func jsonLineHasMetadataAndIsOneLine() throws {
        final class Lines: Sendable { let all = Mutex<[String]>([]) }
        let lines = Lines()
        var logger = Logger(label: "micro.nats") { label in
            JSONLogHandler(label: label, level: .info, metadataProvider: .init { ["trace": "7"] }) { line in
                lines.all.withLock { $0.append(line) }
            }
        }
        logger[metadataKey: "service"] = "greeter"
        logger.debug("left out")
        logger.warning(
            "two\nlines \"quoted\"", metadata: ["cause": "a/b", "nodes": ["1", "2"], "more": ["key": "value"]])
        let all = lines.all.withLock(\.self)
        #expect(all.count == 1 && !all[0].contains("\n") && all[0].contains("a/b"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(all[0].utf8)) as? [String: Any])
        #expect(object["level"] as? String == "warning" && object["label"] as? String == "micro.nats")
        #expect(object["message"] as? String == "two\nlines \"quoted\"")
        #expect((object["time"] as? String).flatMap(RFC3339.date(from:)) != nil)
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(metadata["service"] as? String == "greeter" && metadata["trace"] as? String == "7")
        #expect(metadata["nodes"] as? [String] == ["1", "2"])
        #expect(metadata["more"] as? [String: String] == ["key": "value"])
    }
}
