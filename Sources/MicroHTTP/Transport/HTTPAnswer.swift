// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// What a server answers: everything but the codec's and the connection's own fields.
struct HTTPAnswer: Sendable {
    var status = 200
    var fields: HTTPWire.Fields
    var body = ByteBuffer()

    /// The answer of a handler.
    ///
    /// - Throws: ``MicroError`` when it breaks the rules: for the caller that is `internal`, or `payloadTooLarge`.
    init(_ response: TransportResponse, id: String?, limits: HTTPConfiguration) throws(MicroError) {
        do {
            try self.init(checking: response, id: id, limits: limits)
        } catch {
            let code = error.code == .payloadTooLarge ? error.code : .internal
            throw MicroError(code, "the response cannot be sent: \(error.message)", origin: error.origin, cause: error)
        }
    }

    private init(
        checking response: TransportResponse, id: String?, limits: HTTPConfiguration
    ) throws(MicroError) {
        let origin = MicroError.Origin.server
        try HTTPWire.checkBody(response.body, of: "response", limit: limits.largestBody, origin: origin)
        fields = Self.identity(id)
        if !response.contentType.isEmpty {
            try HTTPWire.check(response.contentType, as: "Content-Type", origin: origin)
            fields.append(("Content-Type", response.contentType))
        }
        try HTTPWire.append(response.headers, to: &fields, limit: limits.largestHeader, origin: origin)
        body = response.body
    }

    /// An error of a service: go-micro's, in the header, with the status 200.
    init(_ error: MicroError, contentType: String, id: String?) {
        fields = Self.identity(id)
        if !contentType.isEmpty { fields.append(("Content-Type", contentType)) }
        fields += Self.errorFields(error)
    }

    /// The answer to what is no call: the error once more in the body, for whoever is on the other side.
    init(_ refusal: HTTPRefusal) {
        status = refusal.status
        fields = [("Content-Type", "application/json")] + Self.errorFields(refusal.error)
        if status == 405 { fields.append(("Allow", "POST")) }
        body = ByteBuffer(string: refusal.error.wireText + "\n")
    }

    private static func identity(_ id: String?) -> HTTPWire.Fields {
        id.map { [("Micro-Id", $0), ("X-Micro-Id", $0)] } ?? []
    }

    private static func errorFields(_ error: MicroError) -> HTTPWire.Fields {
        let text = error.wireText
        return [("Micro-Error", text), ("X-Micro-Error", text)]
    }
}

/// Why a message is no call at all, with the HTTP status for it.
struct HTTPRefusal: Error {
    let status: Int
    let error: MicroError

    init(_ status: Int, _ code: MicroError.Code, _ message: String) {
        self.status = status
        error = MicroError(code, message, origin: MicroError.Origin.server)
    }

    /// With the status of the error's code.
    init(_ error: MicroError) {
        status = error.code.status
        self.error = error
    }
}
