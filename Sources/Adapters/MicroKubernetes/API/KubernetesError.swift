// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

/// Maps error responses of the API server to the errors of the contract.
struct KubernetesErrorMapper: Sendable {
    /// A response that requests a delay: status 429 or 503 with `Retry-After`.
    struct Overload: Error, Sendable {
        let retryAfter: Duration
    }

    /// The Kubernetes namespace, for messages.
    let namespace: String
    /// Whether requests carry a token or a client certificate.
    let hasCredentials: Bool

    /// Decodes a response.
    ///
    /// - Throws: The error that the response represents, if it is not a success.
    func decode<Response: Decodable>(
        _ type: Response.Type, _ response: CurlResponse, from server: BackendServer
    ) throws -> Response {
        guard response.status == 200 || response.status == 201 else {
            throw microError(status: response.status, response.headers, response.body, from: server)
        }
        return try decode(type, response.body, from: server)
    }

    /// Decodes the body of a successful response.
    func decode<Response: Decodable>(
        _ type: Response.Type, _ body: [UInt8], from server: BackendServer
    ) throws -> Response {
        do { return try JSONDecoder().decode(type, from: body) } catch {
            throw MicroError.unexpectedResponse(server, "the response is not Kubernetes' JSON")
        }
    }

    /// The error for a response that is not a success.
    func microError(
        status: Int, _ headers: CurlHeaders, _ body: [UInt8], from server: BackendServer
    ) -> MicroError {
        if let error = KubernetesStatus(body: body) {
            return microError(error, status: status, headers, from: server)
        }
        // A response without a status object is from a proxy or another server.
        // Its text may repeat the request with its token.
        var error = MicroError(status: status, detail: status == 429 ? "too many requests" : "", from: server)
        if let overload = Self.overload(status, headers) { error.cause = overload }
        return error
    }

    /// The error for a status object, of a response or of a watch.
    func microError(
        _ status: KubernetesStatus, status code: Int, _ headers: CurlHeaders? = nil, from server: BackendServer
    ) -> MicroError {
        let text = status.text.firstLine
        let message = "\(server) responded with status \(status.code ?? code): \(text.isEmpty ? "no details" : text)"
        let errorCode = self.code(for: status, code)
        return MicroError(
            errorCode, message + advice(for: errorCode, status), origin: MicroError.Origin.registry,
            cause: headers.flatMap { Self.overload(code, $0) } ?? status)
    }

    private func code(for status: KubernetesStatus, _ code: Int) -> MicroError.Code {
        if status.isAboutSize { return .payloadTooLarge }
        return switch status.code ?? code {
        case 400, 422: .invalidArgument
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .invalidArgument
        case 429: .resourceExhausted
        default: .unavailable
        }
    }

    private func advice(for code: MicroError.Code, _ status: KubernetesStatus) -> String {
        switch code {
        case .unauthenticated:
            hasCredentials
                ? ". Has the token (KUBERNETES_TOKEN_FILE) expired?"
                : ". Set a token (KUBERNETES_TOKEN_FILE) or a client certificate (KUBERNETES_CERT)"
        case .permissionDenied:
            ". Does the service account have a Role for \(status.details?.kind == "pods" ? "pods" : "Leases") "
                + "in the namespace \(namespace)?"
        case .invalidArgument where status.isMissing("namespaces"):
            ". Create the namespace, or set KUBERNETES_NAMESPACE"
        default: ""
        }
    }

    /// The delay that a response requests, in seconds; nil if there is none.
    private static func overload(_ status: Int, _ headers: CurlHeaders) -> Overload? {
        guard status == 429 || status == 503, let text = headers["Retry-After"], let seconds = Int(text),
            (0...3600).contains(seconds)
        else { return nil }
        return Overload(retryAfter: .seconds(seconds))
    }
}

extension MicroError {
    /// The status object that is the cause.
    var kubernetesStatus: KubernetesStatus? { cause as? KubernetesStatus }

    /// The delay that the server requests.
    var retryAfter: Duration? { (cause as? KubernetesErrorMapper.Overload)?.retryAfter }
}
