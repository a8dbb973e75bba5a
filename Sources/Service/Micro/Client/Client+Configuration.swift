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

        /// The maximum number of retries of a call; 2 by default. A call is retried only if that is safe.
        public var maxRetries = 2

        /// The number of retries per call in the long run, 0…10; 0.2 by default. In addition, there is a reserve of 100
        /// retries. During an outage, the load grows only by this ratio: if the budget is exhausted, a call fails with
        /// the error of its last attempt.
        public var retryRatio = 0.2

        /// The delay before the same node is tried again. Another node is tried immediately. If the delay would end
        /// after the deadline of the call, the call fails with the error of its last attempt.
        public var backoff = Backoff(base: .milliseconds(20), maxDelay: .seconds(1))

        /// The strategy that selects a node; random by default.
        public var strategy = SelectionStrategy.random

        /// The nodes that may be called; all by default.
        public var filter = NodeFilter()

        /// How long nodes that are missing after an outage of the registry are retained, so that they have time to
        /// register again; 30 s by default, which is the default time to live.
        public var outageGracePeriod: Duration = .seconds(30)

        /// The codecs of requests, responses and events. The first one that can encode a type is used; JSON by default.
        public var codecs: [any Codec] = [JSONCodec()]

        /// Interceptors of all calls and streams, the first one outermost; none by default.
        public var interceptors: [any ClientInterceptor] = []

        /// Creates the default configuration.
        public init() {}

        /// Creates the default configuration, changed by the settings of a reader.
        ///
        /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
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
