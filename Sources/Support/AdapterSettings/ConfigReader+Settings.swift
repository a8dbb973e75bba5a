// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import Configuration
package import MicroCore

extension ConfigReader {
    /// Reads the prefix of the names of services; nil if it is empty or not set. `none` stands for the empty prefix.
    package func namespace(forKey key: ConfigKey) -> String? {
        nonEmptyString(key).map { $0 == "none" ? "" : $0 }
    }

    /// The settings of the environment of this process.
    package static var environment: ConfigReader { ConfigReader(provider: EnvironmentVariablesProvider()) }

    /// A duration: seconds as in Go Micro (`30`, `0.5`), or with a unit (`500ms`, `30s`, `1m`, `1h`).
    ///
    /// - Parameter allowsZero: Whether the duration may be zero.
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the environment variable.
    package func duration(
        forKey key: String, default fallback: Duration, allowsZero: Bool = false
    ) throws -> Duration {
        guard let text = nonEmptyString(ConfigKey(key)) else { return fallback }
        guard let duration = Duration(setting: text, allowsZero: allowsZero) else {
            throw Self.malformed(key, text, expected: "seconds such as 30, or a unit such as 500ms, 30s, 1m")
        }
        return duration
    }

    /// A time limit: a duration, or `forever` for none.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the environment variable.
    package func timeLimit(forKey key: String, default fallback: Duration?) throws -> Duration? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return fallback }
        if text == "forever" { return nil }
        guard let duration = Duration(setting: text) else {
            throw Self.malformed(key, text, expected: "a duration such as 30, 500ms or 1m, or forever")
        }
        return duration
    }

    /// A non-negative number.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the environment variable.
    package func count(forKey key: String, default fallback: Int) throws -> Int {
        try count(forKey: key) ?? fallback
    }

    /// A number of at least a minimum; nil if it is not set.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the environment variable.
    package func count(forKey key: String, minimum: Int = 0) throws -> Int? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return nil }
        guard let number = Int(text), number >= minimum else {
            throw Self.malformed(key, text, expected: "a number of at least \(minimum)")
        }
        return number
    }

    /// An address; nil if there is none.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the environment variable.
    package func address(forKey key: String) throws -> Address? {
        guard let text = nonEmptyString(ConfigKey(key)) else { return nil }
        guard let address = try? Address(parsing: text) else {
            throw Self.malformed(key, text, expected: "HOST:PORT, or :PORT for all interfaces")
        }
        return address
    }

    /// Pairs as Go Micro writes them: `key=value,other=value`; without `=`, the value is empty.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `invalidArgument` that names the environment variable.
    package func pairs(forKey key: String) throws -> [String: String] {
        guard let text = nonEmptyString(ConfigKey(key)) else { return [:] }
        var pairs: [String: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty else {
                throw Self.malformed(key, text, expected: "pairs such as region=eu,zone=a")
            }
            pairs[String(name)] = parts.count == 2 ? String(parts[1]) : ""
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
    /// Reads seconds (`30`, `0.5`), or a duration as Go writes it: numbers with units, such as `500ms`, `1m30s`, `1h`.
    /// Nil for anything else, and for a duration that is longer than a year or not above zero.
    ///
    /// - Parameter allowsZero: Whether zero is valid.
    package init?(setting text: String, allowsZero: Bool = false) {
        guard let seconds = Double(text) ?? Self.seconds(ofGoDuration: text), seconds <= 365 * 24 * 3600,
            seconds > 0 || (allowsZero && seconds == 0)
        else { return nil }
        self = .seconds(seconds)
    }

    /// Reads Go's `time.ParseDuration` without a sign ([documentation](https://pkg.go.dev/time#ParseDuration)).
    private static func seconds(ofGoDuration text: String) -> Double? {
        let units = ["ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]
        var (rest, seconds) = (text[...], 0.0)
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let factor = units[String(unit)] else { return nil }
            seconds += value * factor
        }
        return text.isEmpty ? nil : seconds
    }
}
