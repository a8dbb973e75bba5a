// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import MicroCore

extension ConfigReader {
    /// The settings of the environment of this process.
    package static var environment: ConfigReader { ConfigReader(provider: EnvironmentVariablesProvider()) }

    /// A duration: seconds as in Go Micro (`30`, `0.5`), or with a unit (`500ms`, `30s`, `1m`, `1h`).
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the environment variable.
    package func duration(forKey key: String, default fallback: Duration) throws -> Duration {
        guard let text = nonEmptyString(ConfigKey(key)) else { return fallback }
        guard let duration = Duration(setting: text) else {
            throw Self.malformed(key, text, expected: "seconds such as 30, or a unit such as 500ms, 30s, 1m")
        }
        return duration
    }

    /// A number that is not negative.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the environment variable.
    package func count(forKey key: String, default fallback: Int) throws -> Int {
        guard let text = nonEmptyString(ConfigKey(key)) else { return fallback }
        guard let number = Int(text), number >= 0 else {
            throw Self.malformed(key, text, expected: "a number from 0 on")
        }
        return number
    }

    /// An address; nil if there is none.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the environment variable.
    package func address(forKey key: String) throws -> Address? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return nil }
        guard let address = try? Address(parsing: text) else {
            throw Self.malformed(key, text, expected: "HOST:PORT, or :PORT for all interfaces")
        }
        return address
    }

    /// Pairs as Go Micro writes them: `key=value,other=value`.
    ///
    /// - Throws: ``MicroError`` with `invalidArgument` that names the environment variable.
    package func pairs(forKey key: String) throws -> [String: String] {
        guard let text = nonEmptyString(ConfigKey(key)) else { return [:] }
        var pairs: [String: String] = [:]
        for pair in text.split(separator: ",") {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw Self.malformed(key, text, expected: "pairs such as region=eu,zone=a")
            }
            pairs[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        return pairs
    }

    package static func malformed(_ key: String, _ text: String, expected: String) -> MicroError {
        let variable = key.uppercased().split(separator: ".").joined(separator: "_")
        return MicroError(
            .invalidArgument, "\(variable)=\(text.prefix(80)) is not valid: expected \(expected)",
            origin: MicroError.Origin.client)
    }
}

extension Duration {
    /// Reads `30`, `0.5`, `500ms`, `30s`, `1m`, `1h`; nil for anything else, and for what is not above zero or longer
    /// than a year.
    package init?(setting text: String) {
        let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        let unit = units.first { text.hasSuffix($0.suffix) }
        guard let value = Double(text.dropLast(unit?.suffix.count ?? 0)) else { return nil }
        let seconds = value * (unit?.seconds ?? 1)
        guard seconds > 0, seconds <= 365 * 24 * 3600 else { return nil }
        self = .seconds(seconds)
    }
}
