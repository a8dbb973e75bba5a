// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import MicroCore
import MicroEdge

extension SidecarConfiguration {
    /// Creates the default configuration, changed by the settings of a reader.
    ///
    /// Configuration keys, each with its environment variable: `micro.sidecar.namespace` (`MICRO_SIDECAR_NAMESPACE`),
    /// `.handler` (`rpc` or `proxy`), `.allowed.hosts` (separated by commas), `.token` (a bearer token that clients have to
    /// send), `.app.token` (the token for apps), `micro.enable.stats`, and those of
    /// ``/MicroEdge/EdgeConfiguration/apply(_:prefix:)`` with the prefix `micro.sidecar`.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument`; the message names the setting.
    public init(configReader reader: ConfigReader) throws {
        self.init()
        try edge.apply(reader, prefix: "micro.sidecar")
        namespace = reader.namespace(forKey: "micro.sidecar.namespace") ?? namespace
        if let text = reader.nonEmptyString("micro.sidecar.handler") {
            guard let handler = SidecarHandler(rawValue: text == "http" ? "proxy" : text) else {
                throw ConfigReader.malformed("micro.sidecar.handler", text, expected: "rpc or proxy")
            }
            self.handler = handler
        }
        if let hosts = reader.nonEmptyString("micro.sidecar.allowed.hosts") {
            allowedHosts = hosts.split(separator: ",").map { $0.filter { $0 != " " } }
        }
        if let token = reader.nonEmptyString("micro.sidecar.token", isSecret: true) {
            edge.authenticators.append(APIKeyAuthenticator(keys: ["app": Secret(token)]))
        }
        appToken = reader.nonEmptyString("micro.sidecar.app.token", isSecret: true).map(Secret.init)
        servesStatistics = try reader.flag(forKey: "micro.enable.stats") ?? servesStatistics
    }
}
