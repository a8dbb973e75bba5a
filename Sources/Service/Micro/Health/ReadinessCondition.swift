// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import MicroCore

/// A condition for a service to be ready. A service that is starting or shutting down is never ready.
public enum ReadinessCondition: String, Sendable, Hashable, CaseIterable {
    /// The service is registered, according to the last heartbeat.
    case registration
    /// All subscriptions of the service receive events, for which the broker must be connected. A service without
    /// subscriptions always satisfies it.
    case broker
    /// Calls reach the service, according to the transport.
    case transport
}

extension Set<ReadinessCondition> {
    /// Reads a setting: names separated by commas, or `none`; nil without the setting.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    init?(forKey key: String, in reader: ConfigReader) throws {
        guard let text = reader.nonEmptyString(ConfigKey(key)) else { return nil }
        self = []
        guard text != "none" else { return }
        for name in text.split(separator: ",") {
            guard let condition = ReadinessCondition(rawValue: name.filter { $0 != " " }) else {
                let names = ReadinessCondition.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigReader.malformed(key, text, expected: "none, or some of \(names)")
            }
            insert(condition)
        }
    }
}
