// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import SwiftProtobuf

/// Both sides of a call that answers 32 bytes with themselves, made in one of several ways.
protocol Echo: Sendable {
    /// Listens at a free port of this machine, tells where, and answers until the process ends.
    static func serve(_ announce: @Sendable (Address) -> Void) async throws

    /// A client for so many callers, each of which makes one call at a time.
    init(calling address: Address, callers: Int) async throws

    /// Makes one call, for the caller of that number.
    func call(_ caller: Int) async throws

    /// Runs a caller; by default where it is.
    func runCaller(_ caller: @escaping @Sendable () async throws -> Void) async throws

    func close() async
}

extension Echo {
    func runCaller(_ caller: @escaping @Sendable () async throws -> Void) async throws { try await caller() }
}

/// What all ways of calling have in common.
enum EchoParameters {
    static let size = 32
    static let address = Address(host: "127.0.0.1", port: 0)
    static let service = "echo"
    static let endpoint = "Echo.Echo"
    static let contentType = "application/json"
    static let timeout = Duration.seconds(5)

    static func check(size: Int) throws {
        guard size == Self.size else { throw BenchError("an answer of \(size) bytes instead of \(Self.size)") }
    }
}

/// The ways of calling.
enum Kind: String, CaseIterable, ExpressibleByArgument {
    /// SwiftNIO alone, with its HTTP/1 codec: the floor.
    case nio
    /// SwiftNIO with a codec by hand: what the best codec could reach.
    case bare
    /// grpc-swift-2, with protobuf.
    case grpc
    /// `HTTPTransport`, with bytes.
    case http
    /// `HTTPTransport`, with bytes; callers run where it does.
    case httpInline = "http-inline"
    /// `Microservice` and `Client`, with protobuf.
    case typed
    /// The same with a handler that does not block, and so runs on the event loop.
    case typedInline = "typed-inline"
    /// `Microservice` and `Client`, with JSON.
    case typedJSON = "typed-json"

    var echo: any Echo.Type {
        switch self {
        case .nio: NIOEcho.self
        case .bare: RawEcho.self
        case .grpc: GRPCEcho.self
        case .http: HTTPEcho.self
        case .httpInline: InlineHTTPEcho.self
        case .typed: TypedEcho<Google_Protobuf_BytesValue>.self
        case .typedInline: TypedEcho<Google_Protobuf_StringValue>.self
        case .typedJSON: TypedEcho<JSONMessage>.self
        }
    }
}
