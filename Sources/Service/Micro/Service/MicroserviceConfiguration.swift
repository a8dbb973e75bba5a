// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import Foundation
public import MicroCore

extension Microservice {
    /// What holds for a service.
    ///
    /// Configuration keys, each with its environment variable: `micro.server.name` (`MICRO_SERVER_NAME`), `.version`,
    /// `.id`, `.address`, `.advertise`, `.metadata` (`key=value,…`), `micro.register.ttl` (`MICRO_REGISTER_TTL`),
    /// `micro.register.interval`, `micro.zone` (`MICRO_ZONE`: the `zone` in the metadata). Durations are seconds, or carry a unit (`500ms`, `30s`, `1m`).
    public struct Configuration: Sendable {
        /// The name that callers use.
        public var name: String
        /// The version; `latest` by default.
        public var version: String
        /// What makes the instance unique: its node is `<name>-<id>`. A UUID by default.
        public var id = UUID().uuidString.lowercased()
        /// Where to listen; a free port of 127.0.0.1 by default.
        public var address = Address(host: "127.0.0.1", port: 0)
        /// What callers are told instead of the address that is listened at.
        public var advertise: Address?
        /// The metadata of the node.
        public var metadata: [String: String] = [:]
        /// The heartbeat.
        public var registration = Registration.Configuration()
        /// How long to try to register at the start; 10 s by default.
        public var startTimeout: Duration = .seconds(10)
        /// How long to go on serving after the service was deregistered, so that all callers notice; 1 s by default.
        public var deregistrationGracePeriod: Duration = .seconds(1)
        /// How long calls in flight may take at the end; 10 s by default.
        public var drainTimeout: Duration = .seconds(10)

        /// How many calls and streams are answered at a time; nil, the default: as many as come. Those beyond are refused
        /// with `resourceExhausted` before a handler runs, and callers go to another instance. `Debug.Health` and
        /// `Debug.Stats` are answered nevertheless.
        public var concurrencyLimit: Int?

        /// The names of headers that go on from a request to the calls that its handler makes, such as `X-Tenant`; none by
        /// default. A trace goes on by itself.
        public var forwardedHeaders: [String] = []

        /// The defaults.
        public init(name: String, version: String = "latest") {
            self.name = name
            self.version = version
        }

        /// The defaults, changed by the settings of a reader.
        ///
        /// - Throws: ``MicroError`` with `invalidArgument` that names the setting.
        public init(name: String, version: String = "latest", configReader reader: ConfigReader) throws {
            self.init(
                name: reader.nonEmptyString("micro.server.name") ?? name,
                version: reader.nonEmptyString("micro.server.version") ?? version)
            id = reader.nonEmptyString("micro.server.id") ?? id
            address = try reader.address(forKey: "micro.server.address") ?? address
            advertise = try reader.address(forKey: "micro.server.advertise")
            metadata = try reader.pairs(forKey: "micro.server.metadata")
            if let zone = reader.nonEmptyString("micro.zone"), metadata["zone"] == nil { metadata["zone"] = zone }
            registration.timeToLive = try reader.duration(
                forKey: "micro.register.ttl", default: registration.timeToLive)
            registration.interval = try reader.duration(
                forKey: "micro.register.interval", default: registration.timeToLive / 3)
        }
    }
}
