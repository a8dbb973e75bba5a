// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// One endpoint of a server: how it is described, and how it is run for each media type it can read and write.
struct EndpointHandler: Sendable {
    typealias Run = @Sendable (ByteBuffer, RequestContext) async throws -> ByteBuffer

    let endpoint: Endpoint
    /// By media type.
    let runs: [String: Run]

    init<Request: Sendable, Response: Sendable>(
        name: String, codecs: Codecs, body: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) {
        endpoint = Endpoint(
            name: name, request: Self.shape(of: Request.self), response: Self.shape(of: Response.self),
            metadata: ["stream": "false"])
        var runs: [String: Run] = [:]
        for codec in codecs.all {
            guard let decode = codec.decoder(for: Request.self), let encode = codec.encoder(for: Response.self) else {
                continue
            }
            let run: Run = { buffer, context in
                let request = try Self.decoded { try decode(buffer) }
                let response = try await body(request, context)
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

    private static func shape(of type: Any.Type) -> ValueShape {
        ValueShape(name: String(describing: type), type: String(describing: type))
    }
}
