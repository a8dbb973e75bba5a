// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
public import MicroCore

extension Client {
    /// What holds for all calls of a client.
    ///
    /// Configuration keys: `micro.client.request.timeout` (`MICRO_CLIENT_REQUEST_TIMEOUT`), `micro.client.retries`
    /// (`MICRO_CLIENT_RETRIES`), `micro.selector` (`MICRO_SELECTOR`: the name of a ``SelectionStrategy``), `micro.zone`
    /// (`MICRO_ZONE`: the zone of ``NodeFilter``).
    public struct Configuration: Sendable {
        /// How long a call may take, all attempts together; 5 s by default.
        public var requestTimeout: Duration = .seconds(5)

        /// How often a call is tried again after the first attempt, if that is safe; 2 by default.
        public var retries = 2

        /// How many repetitions there may be per call in the long run, 0…10, beside a reserve of 100: 0.2 by default. In an
        /// outage the load grows by that part only; a call that finds the budget used up fails with the error of its attempt.
        public var retryRatio = 0.2

        /// How long to wait before the same node is tried again. Another node is tried at once.
        public var backoff = Backoff(base: .milliseconds(20), maxDelay: .seconds(1))

        /// How a node is chosen; at random by default.
        public var strategy = SelectionStrategy.random

        /// Which nodes may be called; by default all.
        public var filter = NodeFilter()

        /// The defaults.
        public init() {}

        /// The defaults, changed by the settings of a reader.
        ///
        /// - Throws: ``MicroError`` with `invalidArgument` that names the setting.
        public init(configReader reader: ConfigReader) throws {
            requestTimeout = try reader.duration(forKey: "micro.client.request.timeout", default: requestTimeout)
            retries = try reader.count(forKey: "micro.client.retries", default: retries)
            if let name = reader.nonEmptyString("micro.selector") {
                guard let strategy = SelectionStrategy(rawValue: name) else {
                    let names = SelectionStrategy.allCases.map(\.rawValue).joined(separator: " or ")
                    throw ConfigReader.malformed("micro.selector", name, expected: names)
                }
                self.strategy = strategy
            }
            filter.zone = reader.nonEmptyString("micro.zone")
        }
    }
}
