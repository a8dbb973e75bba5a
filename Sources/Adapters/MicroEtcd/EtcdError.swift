// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore

/// An error that etcd tells: gRPC's code and a text.
///
/// Read are `{"error":"…","message":"…","code":5}`, and in a stream `{"error":{"grpc_code":14,"message":"…"}}`; the status
/// of HTTP differs between versions.
struct EtcdServerError: Error, Equatable, Decodable {
    /// [gRPC's codes](https://grpc.io/docs/guides/status-codes/), as far as they are told apart.
    enum Code {
        static let invalidArgument = 3
        static let deadlineExceeded = 4
        static let notFound = 5
        static let permissionDenied = 7
        static let resourceExhausted = 8
        static let failedPrecondition = 9
        static let outOfRange = 11
        static let unavailable = 14
        static let unauthenticated = 16
    }

    let code: Int
    let message: String

    private enum CodingKeys: String, CodingKey {
        case code, message, error
        case grpcCode = "grpc_code"
    }

    init(code: Int, message: String) {
        self.code = code
        self.message = message
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let inner = (try? container.nestedContainer(keyedBy: CodingKeys.self, forKey: .error)) ?? container
        code =
            try inner.contains(.grpcCode)
            ? inner.decode(Int.self, forKey: .grpcCode) : inner.decode(Int.self, forKey: .code)
        message =
            (try? inner.decode(String.self, forKey: .message)) ?? (try? inner.decode(String.self, forKey: .error)) ?? ""
    }

    /// Why a watch was canceled, such as `rpc error: code = PermissionDenied desc = etcdserver: permission denied`.
    init(cancelReason reason: String) {
        let codes = [
            "InvalidArgument": Code.invalidArgument, "PermissionDenied": Code.permissionDenied,
            "Unauthenticated": Code.unauthenticated,
        ]
        code = codes.first { reason.contains("code = \($0.key) ") }?.value ?? Code.unavailable
        message = reason
    }
}

/// What goes wrong between here and etcd, in the terms of the contract.
enum EtcdError {
    /// An error that etcd tells.
    static func of(_ serverError: EtcdServerError, at server: BackendServer, hasUser: Bool) -> MicroError {
        let text = serverError.message
        let message = "\(server) answered: \(shown(text))"
        let isTooLarge = ["request is too large", "larger than max"].contains(where: text.contains)
        if isTooLarge { return make(.payloadTooLarge, message, serverError) }
        switch serverError.code {
        case EtcdServerError.Code.unauthenticated:
            return make(.unauthenticated, "\(message). \(advice(hasUser))", serverError)
        case EtcdServerError.Code.invalidArgument where isAboutAuthentication(text):
            return make(.unauthenticated, "\(message). \(advice(hasUser))", serverError)
        case EtcdServerError.Code.invalidArgument:
            return make(.invalidArgument, message, serverError)
        case EtcdServerError.Code.permissionDenied:
            return make(.permissionDenied, "\(message). Does the user have a role for these keys?", serverError)
        case EtcdServerError.Code.resourceExhausted:
            return make(.resourceExhausted, message, serverError)
        default:
            return make(.unavailable, message, serverError)
        }
    }

    /// A status that no body of etcd's comes with: of a proxy, or of something else.
    static func of(status: Int, at server: BackendServer) -> MicroError {
        let message = "\(server) answered \(status)"
        switch status {
        case 401: return make(.unauthenticated, message)
        case 403: return make(.permissionDenied, message)
        case 413: return make(.payloadTooLarge, message)
        case 429: return make(.resourceExhausted, message)
        case 500...599: return make(.unavailable, message)
        default: return .unexpectedResponse(server, "the status is \(status)")
        }
    }

    /// etcd has the code for invalid arguments for much of what is about users.
    private static func isAboutAuthentication(_ text: String) -> Bool {
        ["user name is empty", "authentication failed", "auth store is old"].contains(where: text.contains)
    }

    private static func advice(_ hasUser: Bool) -> String {
        hasUser ? "Check the user and the password (ETCDCTL_USER)" : "Set a user and a password (ETCDCTL_USER)"
    }

    private static func shown(_ text: String) -> String {
        String(text.split(whereSeparator: \.isNewline).first?.prefix(200) ?? "an error")
    }

    private static func make(_ code: MicroError.Code, _ message: String, _ serverError: EtcdServerError? = nil)
        -> MicroError
    {
        MicroError(code, message, origin: MicroError.Origin.registry, cause: serverError)
    }
}

extension MicroError {
    /// Whether etcd has told this code.
    func hasGRPCCode(_ code: Int) -> Bool { (cause as? EtcdServerError)?.code == code }
}
