// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension MicroError.Code {
    /// Those that a service may answer with.
    static let serviceErrorCodes: [MicroError.Code] = [
        .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .deadlineExceeded, .payloadTooLarge,
        .resourceExhausted, .internal, .unsupported, .unavailable,
    ]
}

extension TransportCase {
    static let errors = [
        TransportCase(
            "T16", .core, "The message of an error comes back as it was, whatever its characters, up to 8 KiB",
            rationale: "Error messages travel in a header, and break it."
        ) { context in
            let texts = [
                "\t\nspecial☺😈\t\n", "", "a\r\nb: c", #""quoted" \ {"json":1}"#, "\u{0}zero", "%20 %zz +",
                String(repeating: "e", count: 8 * 1024),
            ]
            let listener = try await context.serve { request in
                throw MicroError(.invalidArgument, String(buffer: request.body), origin: "thrower")
            }
            for text in texts {
                let error = try await context.expectError(.invalidArgument, from: "a handler that throws") {
                    try await context.call(text, at: listener.address)
                }
                try context.expect(error.message, is: text, "the message")
                try context.expect(error.origin, is: "thrower", "the origin")
            }
        },
        TransportCase(
            "T18", .core, "Every code of an error comes back, with the name of the service where it has no origin",
            rationale: "Errors are mapped to a general one on the way."
        ) { context in
            let listener = try await context.serve { request in
                let code = MicroError.Code.serviceErrorCodes.first { "\($0)" == String(buffer: request.body) }
                throw MicroError(code ?? .closed, "as asked")
            }
            for code in MicroError.Code.serviceErrorCodes {
                let error = try await context.expectError(code, from: "a handler that throws \(code)") {
                    try await context.call("\(code)", at: listener.address)
                }
                try context.expect(error.origin, is: TransportTestContext.service, "the origin of \(code)")
                try context.expect(!error.isSafeToRetry, "\(code) of a handler is not safe to retry: it has run")
            }
        },
        TransportCase(
            "T19", .capability, "Every code of an error ends a stream, and comes back",
            rationale: "Streams end in order whatever their handler threw.", needs: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                var text = ""
                for try await message in stream { text = String(buffer: message) }
                throw MicroError(MicroError.Code.serviceErrorCodes.first { "\($0)" == text } ?? .closed, "as asked")
            }
            for code in MicroError.Code.serviceErrorCodes {
                let stream = try await context.open(at: address)
                try await stream.send("\(code)")
                try await stream.finish()
                let error = try await context.expectError(code, from: "a stream whose handler throws \(code)") {
                    _ = try await context.texts(of: stream)
                }
                try context.expect(error.message, is: "as asked", "the message")
                try context.expect(error.origin, is: TransportTestContext.service, "the origin")
            }
        },
        TransportCase(
            "T20", .core,
            "Where nobody listens is unavailable and safe to retry, and told apart from a service's notFound",
            rationale: "A service that is gone and one that does not know a thing look the same."
        ) { context in
            let listener = try await context.serve { _ in throw MicroError(.notFound, "no such user") }
            let own = try await context.expectError(.notFound, from: "a service that finds nothing") {
                try await context.call(at: listener.address)
            }
            try context.expect(own.origin, is: TransportTestContext.service, "the origin of the service's own error")
            await listener.drain(deadline: .now + .seconds(1))
            let gone = try await context.expectError(.unavailable, from: "a call of a listener that is gone") {
                try await context.call(at: listener.address)
            }
            try context.expect(gone.isSafeToRetry, "a call that nobody has got is safe to retry")
            try context.expect(gone.message.contains(listener.address.host), "the message names the address")
        },
        TransportCase(
            "T53", .capability,
            "A stream to an endpoint that has none is notFound of the toolkit, and harms nothing",
            rationale: "The opening of a stream runs a handler that expects a call.", needs: ["streams"]
        ) { context in
            let listener = try await context.serve()
            let error = try await context.expectError(.notFound, from: "a stream to an endpoint without one") {
                _ = try await context.texts(of: try await context.open(at: listener.address))
            }
            try context.expect(error.origin, is: MicroError.Origin.server, "the origin")
            try context.expect(try await context.call("still", at: listener.address), is: "still", "a call after that")
        },
        TransportCase(
            "T54", .core, "An error that is no MicroError is internal, and its text stays in the process",
            rationale: "Stack traces and passwords travel to callers."
        ) { context in
            let listener = try await context.serve { _ in throw HandlerFailure() }
            let error = try await context.expectError(.internal, from: "a handler that fails") {
                try await context.call(at: listener.address)
            }
            try context.expect(!"\(error)".contains("secret"), "the text of the error is not told")
            try context.expect(error.origin, is: TransportTestContext.service, "the origin")
        },
    ]
}

private struct HandlerFailure: Error { let text = "password=secret" }
