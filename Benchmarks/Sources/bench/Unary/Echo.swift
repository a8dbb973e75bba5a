// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Micro
import SwiftProtobuf

/// Both sides of an echo call with 32 bytes, in one of several implementations.
protocol Echo: Sendable {
    /// Listens on a free port of the loopback interface, announces the address, and serves until the process ends.
    static func serve(_ announce: @Sendable (Address) -> Void) async throws

    /// Creates a client for a number of callers, each with one call at a time.
    init(calling address: Address, callers: Int) async throws

    /// Makes one call; its argument is the number of the caller.
    func call(_ caller: Int) async throws

    /// Runs a caller, by default on the caller's executor.
    func runCaller(_ caller: @escaping @Sendable () async throws -> Void) async throws

    func close() async
}

extension Echo {
    func runCaller(_ caller: @escaping @Sendable () async throws -> Void) async throws { try await caller() }
}

/// The parameters of all implementations.
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

/// The implementations.
enum Kind: String, CaseIterable, ExpressibleByArgument {
    /// SwiftNIO with its HTTP/1 codec only.
    case nio
    /// SwiftNIO with a minimal codec: an upper bound for any codec.
    case bare
    /// grpc-swift-2, with protobuf.
    case grpc
    /// `HTTPTransport`, with bytes.
    case http
    /// `HTTPTransport`, with bytes; callers run on its event loops.
    case httpInline = "http-inline"
    /// `Microservice` and `Client`, with protobuf.
    case typed
    /// `Microservice` and `Client`, with protobuf and a non-blocking handler, which runs on the event loop.
    case typedInline = "typed-inline"
    /// `Microservice` and `Client`, with JSON.
    case typedJSON = "typed-json"
    /// Code generated from a `.proto` file, with protobuf.
    case generated

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
        case .generated: GeneratedEcho.self
        }
    }
}
