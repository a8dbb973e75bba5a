// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import MicroSidecar

/// The OpenAPI document of the sidecar.
@Suite(.blocking, .timeLimit(.minutes(1))) struct DescriptionTests {
    @Test func documentedRoutesExist() async throws {
        try await SidecarFixture().run {
            $0.servesStatistics = true
        } _: { (sidecar) async throws in
            let document = try #require(try sidecar.send("GET /openapi.json").json as? [String: Any])
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            #expect(paths.count >= 10)
            for (path, methods) in paths where !path.contains("{") {
                for method in methods.filter({ !Self.isWebSocket($0.value) }).keys {
                    let response = try sidecar.send("\(method.uppercased()) \(path)")
                    // A sidecar without an app has no health; other routes reject the empty request, or respond.
                    let isMissing = [404, 405].contains(response.status) && path != "/health"
                    #expect(!isMissing, "\(method) \(path): \(response)")
                }
            }
        }
    }

    private static func isWebSocket(_ operation: [String: Any]) -> Bool {
        (operation["responses"] as? [String: Any])?["101"] != nil
    }

    @Test func documentedWebSocketsOpen() async throws {
        try await SidecarFixture().run {
            $0.allowedHosts = ["test"]
        } _: { (sidecar) async throws in
            let document = try #require(try sidecar.send("GET /openapi.json").json as? [String: Any])
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            let sockets = paths.compactMapValues(\.["get"]).filter { Self.isWebSocket($0.value) }
            #expect(Set(sockets.keys) == ["/rpc", "/broker"])
            for (path, operation) in sockets {
                let parameters = try #require(operation["parameters"] as? [[String: Any]])
                let query = parameters.filter { $0["required"] as? Bool == true }.compactMap { $0["name"] as? String }
                    .map { "\($0)=X.Y" }.joined(separator: "&")
                let socket = try RawWebSocket(port: sidecar.port, path: "\(path)?\(query)")
                #expect(socket.status == 101, "\(path): \(socket.response)")
                #expect(try sidecar.send("GET \(path)?\(query)").status == 405, "\(path) without an upgrade")
            }
        }
    }
}
