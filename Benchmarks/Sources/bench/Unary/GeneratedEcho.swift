// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Micro
import MicroHTTP
import SwiftProtobuf

/// The whole stack as ``TypedEcho``, with a service and a client that are generated from `echo.proto`. Their codecs are those
/// of the generated code: the configurations have that for JSON, which is the default.
struct GeneratedEcho: Echo {
    private struct Implementation: MirrorService {
        func echo(_ request: Bench_EchoMessage, context: RequestContext) async throws -> Bench_EchoMessage { request }
    }

    private static let echoed = Bench_EchoMessage.with {
        $0.payload = Data(repeating: UInt8(ascii: "x"), count: EchoParameters.size - 2)
    }

    private let transport = HTTPTransport()
    private let client: Client
    private let mirror: MirrorClient
    private let options = CallOptions(headers: ["X-Tenant": "bench"])

    init(calling address: Address, callers: Int) async throws {
        client = try await TypedEchoParts.makeClient(calling: address, over: transport, codec: JSONCodec())
        mirror = MirrorClient(client, service: EchoParameters.service)
    }

    static func serve(_ announce: @Sendable (Address) -> Void) async throws {
        try await TypedEchoParts.serve(codec: JSONCodec(), announce) { $0.register(Implementation()) }
    }

    func call(_ caller: Int) async throws {
        guard try await mirror.echo(Self.echoed, options: options) == Self.echoed else {
            throw BenchError("the response differs from the request")
        }
    }

    func close() async {
        await client.close()
        await transport.close()
    }
}
