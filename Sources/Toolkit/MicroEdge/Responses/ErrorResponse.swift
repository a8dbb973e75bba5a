// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import GoMicroWire
public import HTTPTypes
public import Hummingbird
public import MicroCore
import NIOCore

extension Response {
    /// The response to a failed request: go-micro's JSON, `{"id","code","detail","status"}`, with the status of the error.
    ///
    /// - Parameters:
    ///   - error: The error. Its cause is left out.
    ///   - headers: Further header fields.
    public init(_ error: MicroError, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: .init(code: error.code.status, reasonPhrase: ""), headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: error.wireText)))
    }

    /// The response to a request that ended with an error of any type. The text of a foreign error may be internal, so it
    /// is left out.
    init(failure: any Error) {
        let rejection = RejectedRequest(failure)
        self.init(rejection.error, headers: rejection.headers)
    }
}

/// A request that is rejected with header fields beside the error.
struct RejectedRequest: Error {
    let error: MicroError
    var headers: HTTPFields = [:]

    /// - Parameter retryAfter: When the request may be repeated, in whole seconds of at least 1.
    init(_ code: MicroError.Code, _ message: String, retryAfter: Duration? = nil) {
        error = MicroError(code, message, origin: MicroError.Origin.edge)
        if let retryAfter {
            headers[.retryAfter] = String(max(1, retryAfter.components.seconds + 1))
        }
    }

    /// The rejection for an error of any type. The text of a foreign error may be internal, so it is left out.
    init(_ failure: any Error) {
        switch failure {
        case let rejection as RejectedRequest: self = rejection
        case let error as MicroError: self.error = error
        case let error as HTTPError:
            self.error = MicroError(
                .init(status: error.status.code), error.body ?? error.status.reasonPhrase,
                origin: MicroError.Origin.edge)
            headers = error.headers
        default:
            error = MicroError(.internal, "the request failed; see the log", origin: MicroError.Origin.edge)
        }
    }
}

extension MicroError.Origin {
    /// The HTTP server of the gateway and the sidecar.
    public static let edge = "micro.edge"
}
