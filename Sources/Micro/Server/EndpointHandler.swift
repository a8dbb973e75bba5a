// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import NIOCore

/// One endpoint of a server: how it is described, and how it is run for each media type it can read and write.
struct EndpointHandler: Sendable {
    typealias Run = @Sendable (ByteBuffer, RequestContext) async throws -> ByteBuffer

    let endpoint: Endpoint
    /// Names the endpoint; made once, for it is needed with every request.
    let logger: Logger
    /// By media type.
    let runs: [String: Run]
    /// Whether every service has it, so that it is not in the registry.
    var isBuiltIn = false

    init<Request: Sendable, Response: Sendable>(
        name: String, codecs: Codecs, logger: Logger,
        body: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) {
        self.logger = logger
        endpoint = Endpoint(
            name: name, request: ValueShape(of: Request.self), response: ValueShape(of: Response.self),
            metadata: ["stream": "false"])
        var runs: [String: Run] = [:]
        for codec in codecs.all {
            guard let decode = codec.decoder(for: Request.self), let encode = codec.encoder(for: Response.self) else {
                continue
            }
            let run: Run = { buffer, context in
                let request = try Self.decoded { try decode(buffer) }
                let response = try await Self.answered(context) { try await body(request, context) }
                var answer = ByteBuffer()
                try encode(response, &answer)
                return answer
            }
            for contentType in codec.contentTypes where runs[contentType] == nil { runs[contentType] = run }
        }
        self.runs = runs
    }

    /// What a codec cannot read is the caller's fault, whatever it throws.
    private static func decoded<Request>(_ decode: () throws -> Request) throws -> Request {
        do { return try decode() } catch {
            let text = (error as? MicroError)?.message ?? "the message is not a \(Request.self)"
            throw MicroError(.invalidArgument, text, origin: MicroError.Origin.server, cause: error)
        }
    }

    /// An error that a handler passes on from a call of its own is its own towards the caller, who would take the
    /// toolkit's origins for a refusal of the call that failed.
    private static func answered<Response>(
        _ context: RequestContext, _ body: () async throws -> Response
    ) async throws -> Response {
        do { return try await body() } catch var error as MicroError where MicroError.Origin.isToolkit(error.origin) {
            error.origin = context.service
            throw error
        }
    }
}

extension ValueShape {
    /// A type by its name.
    init(of type: Any.Type) { self.init(name: String(describing: type), type: String(describing: type)) }
}
