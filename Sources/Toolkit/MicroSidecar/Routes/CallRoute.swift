// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import GoMicroWire
import HTTPTypes
import Hummingbird
import Micro
import MicroCore
import MicroEdge
import MicroGateway
import NIOCore

/// `POST /rpc`: calls an endpoint that the body names.
struct CallRoute: Sendable {
    let client: Client
    let registry: any Registry
    let maxBodySize: Int

    /// Responds to a request.
    func respond(to request: Request, _ context: EdgeContext, query: QueryParameters) async throws -> Response {
        guard request.method == .post else { throw HTTPError(.methodNotAllowed, headers: [.allow: "POST"]) }
        let body = try await request.completeBody(upTo: maxBodySize)
        let isJSON = MediaType.essence(of: request.headers[.contentType] ?? "application/json") == "application/json"
        let call = try isJSON ? ExplicitCall(body) : Self.formCall(String(buffer: body), query)
        var options = CallOptions(
            timeout: min(Self.timeout(of: request) ?? .seconds(3600), max(.milliseconds(1), context.deadline - .now)),
            headers: PassedHeaders.headers(of: request.headers))
        if let address = call.address { options.address = try await registered(address, of: call.target.service) }
        let response = try await client.invoke(
            call.target.service, call.target.endpoint, body: call.message, options: options)
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: response.body))
    }

    /// The call of a form, or of the query of a request with any other body.
    private static func formCall(_ body: String, _ query: QueryParameters) throws -> ExplicitCall {
        let form = QueryParameters(body)
        func value(_ name: String) -> String? { (form[name] ?? query[name]).flatMap { $0.isEmpty ? nil : $0 } }
        return try ExplicitCall(
            service: value("service"), endpoint: value("endpoint") ?? value("method"), address: value("address"),
            request: value("request"))
    }

    /// The time limit in the header `Timeout`: seconds as in Go Micro, or with a unit. Other texts are ignored, as there.
    private static func timeout(of request: Request) -> Duration? {
        request.headers.first { $0.name.canonicalName == "timeout" }.flatMap { Duration(setting: $0.value) }
    }

    /// The address of a node that is registered for a service: a caller must not reach others through the sidecar.
    func registered(_ text: String, of service: String) async throws -> Address {
        let address = try Address(parsing: text)
        let nodes = try await registry.lookUp(service).flatMap(\.nodes)
        guard nodes.contains(where: { Address($0) == address }) else {
            throw MicroError(
                .permissionDenied, "\(text.prefix(80)) is not the address of a node of \(service)",
                origin: "go.micro.rpc")
        }
        return address
    }
}
