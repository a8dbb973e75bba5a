// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
package import MicroCore
package import MicroKubernetes

/// A client of the API server that does not use the adapter.
package struct KubernetesClient: Sendable {
    /// A JSON object.
    package typealias JSON = [String: any Sendable]

    private let client: BackendHTTPClient
    private let token: Secret?
    /// The Kubernetes namespace.
    package let namespace: String

    /// Creates a client for the first address of a valid configuration.
    package init(_ configuration: KubernetesConfiguration) {
        namespace = configuration.kubernetesNamespace
        let file = configuration.tokenFile.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        token =
            configuration.token ?? file.map { Secret($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        client = BackendHTTPClient(
            .init(
                name: "Kubernetes", connectionAdvice: "run kubectl proxy, or pass the address of an API server",
                addressAdvice: "check that it is the address of an API server"),
            address: configuration.addresses.first ?? "", usesTLS: configuration.usesTLS, tls: configuration.curlTLS)
    }

    /// The address with its scheme.
    package var url: String { client.url }

    /// The path of the Leases.
    package var leases: String { "/apis/coordination.k8s.io/v1/namespaces/\(namespace)/leases" }

    /// The version of the API server.
    package func version() async throws -> String {
        guard let version = try await request("GET", "/version")["gitVersion"] as? String else {
            throw client.unexpectedResponse("no version")
        }
        return version
    }

    /// Whether the API server and its etcd serve requests.
    package func isReady() async -> Bool {
        let response = try? await send("GET", "/readyz", nil, "")
        return response?.status == 200
    }

    /// Sends a request with JSON.
    ///
    /// - Parameters:
    ///   - contentType: The media type of the body.
    ///   - token: The token to use in place of the configured token.
    /// - Returns: The response.
    /// - Throws: ``MicroCore/MicroError`` for an error response.
    @discardableResult
    package func request(
        _ method: String, _ path: String, _ body: JSON? = nil, contentType: String = "application/json",
        token: Secret? = nil
    ) async throws -> JSON {
        let response = try await send(method, path, body, contentType, token)
        guard let json = try? JSONSerialization.jsonObject(with: Data(response.body)) as? JSON else {
            throw client.unexpectedResponse("status \(response.status), no JSON")
        }
        guard (200..<300).contains(response.status) else {
            throw client.refusal(response, json["message"] as? String ?? "no message", check: "KUBERNETES_TOKEN")
        }
        return json
    }

    /// Creates or changes an object by server-side apply.
    @discardableResult
    package func apply(_ path: String, _ object: JSON) async throws -> JSON {
        try await request(
            "PATCH", "\(path)?fieldManager=swift-micro-conformance&force=true", object,
            contentType: "application/apply-patch+yaml")
    }

    /// Deletes the objects of a collection that a label selector matches.
    package func deleteCollection(_ path: String, selector: String) async throws {
        let encoded = selector.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        try await request("DELETE", "\(path)?labelSelector=\(encoded)")
    }

    /// Whether the API server accepts a token.
    package func accepts(_ token: Secret) async -> Bool {
        let response = try? await send("GET", "/api", nil, "", token)
        return response.map { $0.status != 401 } ?? true
    }

    /// The text of `GET /metrics`.
    package func metrics() async throws -> String { try await send("GET", "/metrics", nil, "").text }

    private func send(
        _ method: String, _ path: String, _ body: JSON?, _ contentType: String, _ token: Secret? = nil
    ) async throws -> CurlResponse {
        // The parser of server-side apply does not support the escape sequence of a slash.
        let data = try body.map { try JSONSerialization.data(withJSONObject: $0, options: .withoutEscapingSlashes) }
        let authorization = (token ?? self.token).map { [("Authorization", "Bearer \($0.reveal())")] } ?? []
        return try await client.send(
            method, path, headers: authorization + (data == nil ? [] : [("Content-Type", contentType)]),
            body: data.map(Array.init))
    }
}
