// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix

/// A request of the [health checking protocol of gRPC](https://github.com/grpc/grpc/blob/master/doc/health-checking.md):
/// `grpc.health.v1.Health/Check` over HTTP/2 without TLS.
struct GRPCHealthRequest: Sendable {
    private typealias Stream = NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>

    /// The parts of a response that a check needs.
    private struct Response {
        /// The status of HTTP; empty before the header was received.
        var status = ""
        /// The status of gRPC; nil before the end.
        var code: String?
        var message = ""
        var body = ByteBuffer()
    }

    private static let maxBodySize = 1024

    let address: Address
    /// The name of the service that is checked; empty for the whole server.
    let service: String
    /// The time limit of connecting.
    let connectTimeout: Duration

    /// Sends the request.
    ///
    /// - Throws: ``MicroCore/MicroError`` with `unavailable` unless the status is `SERVING`; or an error of the connection.
    func run() async throws {
        let (connection, multiplexer) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(connectTimeout))
            .connect(host: address.host, port: address.port ?? 80) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let multiplexer = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(mode: .client) {
                        // A server opens no streams.
                        $0.close()
                    }
                    return (channel, multiplexer)
                }
            }
        defer { connection.close(promise: nil) }
        let stream = try await multiplexer.openStream { channel in
            channel.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: channel) }
        }
        let response = try await stream.executeThenClose { inbound, outbound in
            try await outbound.write(.headers(.init(headers: headers)))
            try await outbound.write(.data(.init(data: .byteBuffer(message), endStream: true)))
            var response = Response()
            for try await frame in inbound where try Self.add(frame, to: &response) { break }
            return response
        }
        if let problem = Self.problem(of: response) { throw failure(problem) }
    }

    private var headers: HPACKHeaders {
        [
            ":method": "POST", ":scheme": "http", ":path": "/grpc.health.v1.Health/Check",
            ":authority": "\(address)", "te": "trailers", "content-type": "application/grpc",
        ]
    }

    /// The message `HealthCheckRequest { string service = 1; }` behind the prefix of gRPC: not compressed, and the length.
    private var message: ByteBuffer {
        let name = Array(service.utf8.prefix(AppHealthCheck.maxServiceLength))
        let message = name.isEmpty ? [] : [0x0A, UInt8(name.count)] + name
        return ByteBuffer(bytes: [0, 0, 0, 0, UInt8(message.count)] + message)
    }

    /// Adds a frame.
    ///
    /// - Returns: Whether the response is complete.
    private static func add(_ frame: HTTP2Frame.FramePayload, to response: inout Response) throws -> Bool {
        switch frame {
        case .headers(let part):
            if let status = part.headers.first(name: ":status") { response.status = status }
            response.code = part.headers.first(name: "grpc-status") ?? response.code
            response.message = part.headers.first(name: "grpc-message") ?? response.message
            return part.endStream
        case .data(let part):
            guard case .byteBuffer(var bytes) = part.data,
                response.body.readableBytes + bytes.readableBytes <= maxBodySize
            else { throw MicroError(.payloadTooLarge, "the response to the health check is too large") }
            response.body.writeBuffer(&bytes)
            return part.endStream
        default: return false
        }
    }

    /// Why a response does not say that the service is healthy; nil if it does.
    private static func problem(of response: Response) -> String? {
        guard response.status == "200" else {
            return response.status.isEmpty ? "it does not speak gRPC" : "the status of HTTP is \(response.status)"
        }
        switch response.code {
        case nil: return "the response has no status of gRPC"
        case "0": break
        case "5": return "it does not know the service"
        case "12": return "it does not implement grpc.health.v1"
        case let code?: return "the status of gRPC is \(code.prefix(8)) \(response.message.prefix(200))"
        }
        // `HealthCheckResponse { ServingStatus status = 1; }`, in which SERVING is 1.
        let isServing = response.body.readableBytesView.elementsEqual([0, 0, 0, 0, 2, 0x08, 1])
        return isServing ? nil : "its status is not SERVING"
    }

    private func failure(_ problem: String) -> MicroError {
        MicroError(.unavailable, "the health check of gRPC at \(address) failed: \(problem)", origin: "grpc.health.v1")
    }
}
