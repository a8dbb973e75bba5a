// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

/// Maps etcd's error responses to the errors of the contract.
struct EtcdErrorMapper: Sendable {
    /// Whether requests carry a user's token.
    let hasUser: Bool

    /// Decodes a response.
    ///
    /// - Throws: The error that the response represents, if it is not a success.
    func decode<Response: Decodable>(
        _ type: Response.Type, _ response: CurlResponse, from member: BackendServer
    ) throws -> Response {
        guard response.status == 200 else { throw microError(status: response.status, response.body, from: member) }
        return try decode(type, response.body, from: member)
    }

    /// Decodes one message of a response with status 200, which may still be an error.
    func decode<Response: Decodable>(
        _ type: Response.Type, _ body: [UInt8], from member: BackendServer
    ) throws -> Response {
        do { return try JSONDecoder().decode(type, from: body) } catch {
            if let serverError = EtcdServerError(body: body) { throw microError(serverError, from: member) }
            throw MicroError.unexpectedResponse(member, "the response is not etcd's JSON")
        }
    }

    /// The error for a response with a status other than 200.
    func microError(status: Int, _ body: [UInt8], from member: BackendServer) -> MicroError {
        if let serverError = EtcdServerError(body: body) { return microError(serverError, from: member) }
        // A response without etcd's error body usually comes from a proxy or another server. etcd itself sends only a
        // 404 without one, if its JSON gateway is disabled.
        switch status {
        case 404:
            return .unexpectedResponse(
                member, "the status is 404. If its JSON gateway is disabled, set enable-grpc-gateway: true")
        case 400: return .unexpectedResponse(member, "the status is 400")
        default: return MicroError(status: status, from: member)
        }
    }

    /// The contract's error for an error that etcd reported.
    func microError(_ serverError: EtcdServerError, from member: BackendServer) -> MicroError {
        let text = serverError.message.firstLine
        let message = "\(member) responded with an error: \(text.isEmpty ? "no details" : text)"
        return MicroError(
            code(for: serverError), message + advice(for: serverError), origin: MicroError.Origin.registry,
            cause: serverError)
    }

    private func code(for serverError: EtcdServerError) -> MicroError.Code {
        if serverError.isAboutSize { return .payloadTooLarge }
        if serverError.isAboutAuthentication { return .unauthenticated }
        return switch serverError.code {
        case EtcdServerError.Code.invalidArgument: .invalidArgument
        case EtcdServerError.Code.permissionDenied: .permissionDenied
        case EtcdServerError.Code.resourceExhausted: .resourceExhausted
        default: .unavailable
        }
    }

    private func advice(for serverError: EtcdServerError) -> String {
        switch code(for: serverError) {
        case .unauthenticated:
            hasUser
                ? ". Check the user and the password (ETCDCTL_USER)" : ". Set a user and a password (ETCDCTL_USER)"
        case .permissionDenied: ". Grant the user a role with access to these keys"
        default: ""
        }
    }
}

extension MicroError {
    /// Whether the cause is an error of etcd with this gRPC code.
    func hasGRPCCode(_ code: Int) -> Bool { (cause as? EtcdServerError)?.code == code }
}
