// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
public import MicroCore

extension Client {
    /// Configuration of a ``Client``.
    ///
    /// Configuration keys: `micro.client.request.timeout` (`MICRO_CLIENT_REQUEST_TIMEOUT`), `micro.client.retries`
    /// (`MICRO_CLIENT_RETRIES`), `micro.selector` (`MICRO_SELECTOR`: the name of a ``SelectionStrategy``, or of a
    /// selector of go-micro), `micro.zone`
    /// (`MICRO_ZONE`: the zone of ``NodeFilter``).
    public struct Configuration: Sendable {
        /// The time limit of a call with all its attempts; 5 s by default.
        public var requestTimeout: Duration = .seconds(5)

        /// The maximum number of retries of a call, made only where that is safe; 2 by default.
        public var maxRetries = 2

        /// The number of retries per call in the long run, 0…10; 0.2 by default. In addition there is a reserve of 100
        /// retries. In an outage the load grows by this ratio only: a call without a retry left in the budget fails with
        /// the error of its attempt.
        public var retryRatio = 0.2

        /// The delay before the same node is tried again. Another node is tried at once.
        public var backoff = Backoff(base: .milliseconds(20), maxDelay: .seconds(1))

        /// The strategy that selects a node; random by default.
        public var strategy = SelectionStrategy.random

        /// The nodes that may be called; all by default.
        public var filter = NodeFilter()

        /// The codecs of requests, responses and events. The first one that can encode a type is used; JSON by default.
        public var codecs: [any Codec] = [JSONCodec()]

        /// Interceptors of all calls and streams, the first one outermost; none by default.
        public var interceptors: [any ClientInterceptor] = []

        /// Creates the default configuration.
        public init() {}

        /// Creates the default configuration, changed by the settings of a reader.
        ///
        /// - Throws: ``MicroError`` with `invalidArgument`; the message names the setting.
        public init(configReader reader: ConfigReader) throws {
            requestTimeout = try reader.duration(forKey: "micro.client.request.timeout", default: requestTimeout)
            maxRetries = try reader.count(forKey: "micro.client.retries", default: maxRetries)
            if let name = reader.nonEmptyString("micro.selector") {
                strategy = try SelectionStrategy(setting: name)
            }
            filter.zone = reader.nonEmptyString("micro.zone")
        }

        /// Creates the default configuration, changed by the environment variables of the process.
        ///
        /// - Throws: As ``init(configReader:)``.
        public static func environment() throws -> Self { try Self(configReader: .environment) }
    }
}
