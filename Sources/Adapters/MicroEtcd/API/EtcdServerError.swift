// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation

/// An error response of etcd: a gRPC code and a text.
///
/// Both forms are read: `{"error":"…","message":"…","code":5}`, and in a stream
/// `{"error":{"grpc_code":14,"message":"…"}}`. The HTTP status differs between versions.
struct EtcdServerError: Error, Equatable, Decodable {
    /// The [gRPC status codes](https://grpc.io/docs/guides/status-codes/) that the registry distinguishes.
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

    /// Reads a response body; nil if it is not an error of etcd.
    init?(body: [UInt8]) {
        guard let error = try? JSONDecoder().decode(EtcdServerError.self, from: body) else { return nil }
        self = error
    }

    /// Reads the reason why a watch was cancelled, such as
    /// `rpc error: code = PermissionDenied desc = etcdserver: permission denied`.
    init(cancelReason reason: String) {
        let codes = [
            "InvalidArgument": Code.invalidArgument, "PermissionDenied": Code.permissionDenied,
            "Unauthenticated": Code.unauthenticated,
        ]
        code = codes.first { reason.contains("code = \($0.key) ") }?.value ?? Code.unavailable
        message = reason
    }

    /// Whether the error concerns credentials. etcd reports some of these errors as invalid arguments.
    var isAboutAuthentication: Bool {
        if code == Code.unauthenticated { return true }
        return code == Code.invalidArgument
            && ["user name is empty", "authentication failed", "auth store is old"].contains(where: message.contains)
    }

    /// Whether a request exceeds a size limit. etcd and gRPC report it with different codes.
    var isAboutSize: Bool { ["request is too large", "larger than max"].contains(where: message.contains) }
}
