// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroEdge
import Synchronization
import TestSupport
import Testing

@testable import MicroSidecar

/// The health check of gRPC, against recorded responses of a gRPC server in Python (grpcio 1.85).
@Suite(.blocking, .timeLimit(.minutes(1))) struct GRPCHealthTests {
    /// SETTINGS, WINDOW_UPDATE, SETTINGS ACK, WINDOW_UPDATE, PING.
    private static let start =
        "000018040000000000000400400000000500400000000600004000fe0300000001000004080000000000003f0001000000040100000000"
        + "0000040800000000000000000500000806000000000087a566c0f882defd"
    /// The status 200 and the content type.
    private static let head =
        "00004e01040000000188400c636f6e74656e742d74797065106170706c69636174696f6e2f677270634014677270632d6163636570742d"
        + "656e636f64696e67176964656e746974792c206465666c6174652c20677a6970"
    private static let serving = "00000700000000000100000000020801"
    private static let notServing = "00000700000000000100000000020802"
    /// The status 0 of gRPC.
    private static let trailers = "00001e010500000001400b677270632d7374617475730130000c677270632d6d65737361676500"
    private static let notFound =
        "0000050000000000010000000000"
        + "00001e010500000001400b677270632d7374617475730135000c677270632d6d65737361676500"
    /// The status 12, in a header without a body.
    private static let unimplemented =
        "00005001050000000188400c636f6e74656e742d74797065106170706c69636174696f6e2f67727063400b677270632d73746174757302"
        + "3132000c677270632d6d657373616765114d6574686f64206e6f7420666f756e6421"

    /// Serves a recorded response, and records the message of the request.
    private func server(_ response: String, message: @escaping @Sendable ([UInt8]) -> Void = { _ in }) throws
        -> ScriptedServer
    {
        let bytes = Self.bytes(response)
        return try ScriptedServer { connection in
            _ = try connection.read(count: 24)
            while true {
                let header = try connection.read(count: 9)
                let payload = try connection.read(count: Int(header[1]) << 8 | Int(header[2]))
                guard header[3] == 0 else { continue }
                message(payload)
                break
            }
            try connection.write(bytes)
            _ = connection.readToEnd()
        }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).map { offset in
            UInt8(String(decoding: hex.utf8.dropFirst(offset).prefix(2), as: UTF8.self), radix: 16) ?? 0
        }
    }

    private func check(_ server: ScriptedServer, _ service: String = "", timeout: Duration = .seconds(10)) async throws
    {
        var app = SidecarApp(name: "shop", address: Address(host: "127.0.0.1", port: server.port))
        app.healthCheck.target = .grpc(service: service)
        app.healthCheck.timeout = timeout
        let supervisor = try AppSupervisor.testing(app)
        try await supervisor.runners[0].probe.run()
    }

    @Test func servingIsHealthy() async throws {
        let message = Mutex<[UInt8]>([])
        let server = try server(Self.start + Self.head + Self.serving + Self.trailers) { bytes in
            message.withLock { $0 = bytes }
        }
        defer { server.stop() }
        try await check(server, "shop.Orders")
        #expect(message.withLock(\.self) == [0, 0, 0, 0, 13, 0x0A, 11] + Array("shop.Orders".utf8))
        try await check(server)
        #expect(message.withLock(\.self) == [0, 0, 0, 0, 0])
    }

    @Test func otherHealthStatusesAreUnhealthy() async throws {
        for (response, reason) in [
            (Self.start + Self.head + Self.notServing + Self.trailers, "not SERVING"),
            (Self.start + Self.head + Self.notFound, "does not know the service"),
            (Self.start + Self.unimplemented, "does not implement grpc.health.v1"),
        ] {
            let server = try server(response)
            defer { server.stop() }
            await #expect {
                try await check(server)
            } throws: {
                ($0 as? MicroError)?.code == .unavailable && "\($0)".contains(reason)
            }
        }
    }

    @Test func appThatDoesNotSpeakGRPCIsNotHealthy() async throws {
        let http = try ScriptedServer { connection in
            try connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        }
        defer { http.stop() }
        await #expect(throws: MicroError.self) { () async throws in try await check(http) }
        let silent = try ScriptedServer { connection in _ = connection.readToEnd() }
        defer { silent.stop() }
        await #expect {
            try await check(silent, timeout: .milliseconds(200))
        } throws: { ($0 as? MicroError)?.code == .deadlineExceeded }
    }
}
