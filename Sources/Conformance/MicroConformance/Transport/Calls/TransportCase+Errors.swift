// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension MicroError.Code {
    /// The codes that a service may respond with.
    static let serviceErrorCodes: [MicroError.Code] = [
        .invalidArgument, .unauthenticated, .permissionDenied, .notFound, .deadlineExceeded, .conflict,
        .failedPrecondition, .payloadTooLarge, .unprocessable, .resourceExhausted, .internal, .unsupported,
        .unavailable,
    ]

    /// The codes, and a code for a status that none of them has.
    fileprivate static let codesOnTheWire = serviceErrorCodes + [MicroError.Code(status: 418)]
}

extension MicroError {
    /// The error of the handlers in the cases of error codes.
    fileprivate static func requested(status text: String) -> MicroError {
        let code = Code.codesOnTheWire.first { "\($0) \($0.status)" == text } ?? .closed
        return MicroError(code, "as requested", details: ["field": "näme", "empty": ""])
    }
}

extension TransportCase {
    static let errors = [
        TransportCase(
            "T16", .core, "The message of an error arrives unchanged, with any characters and up to 8 KiB.",
            rationale: "Error messages are sent as a header that they can break."
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
            "T18", .core,
            "Error codes, even for a status without a name, and error details arrive unchanged; an error "
                + "without an origin gets the name of its service.",
            rationale: "Error codes are replaced by a general one."
        ) { context in
            let listener = try await context.serve { request in
                throw MicroError.requested(status: String(buffer: request.body))
            }
            for code in MicroError.Code.codesOnTheWire {
                let error = try await context.expectError(code, from: "a handler that throws \(code)") {
                    try await context.call("\(code) \(code.status)", at: listener.address)
                }
                try context.expect(error.code.status, is: code.status, "the status of \(code)")
                try context.expect(error.details, is: ["field": "näme", "empty": ""], "the details of \(code)")
                try context.expect(error.origin, is: TransportTestContext.service, "the origin of \(code)")
                try context.expect(!error.isSafeToRetry, "\(code) of a handler, which has run, is not safe to retry")
            }
        },
        TransportCase(
            "T19", .capability,
            "Every error code that ends a stream arrives unchanged, and so do the details of the error.",
            rationale: "Streams end successfully although their handler has thrown.", capabilities: ["streams"]
        ) { context in
            let address = try await context.serveStream { _, stream in
                var text = ""
                for try await message in stream { text = String(buffer: message) }
                throw MicroError.requested(status: text)
            }
            for code in MicroError.Code.codesOnTheWire {
                let stream = try await context.open(at: address)
                try await stream.send("\(code) \(code.status)")
                try await stream.finish()
                let error = try await context.expectError(code, from: "a stream whose handler throws \(code)") {
                    _ = try await context.texts(of: stream)
                }
                try context.expect(error.code.status, is: code.status, "the status of \(code)")
                try context.expect(error.details, is: ["field": "näme", "empty": ""], "the details of \(code)")
                try context.expect(error.message, is: "as requested", "the message")
                try context.expect(error.origin, is: TransportTestContext.service, "the origin")
            }
        },
        TransportCase(
            "T20", .core,
            "A missing listener is reported as unavailable and safe to retry, not as a service's notFound.",
            rationale: "A service that is down and a service that does not find an object look the same."
        ) { context in
            let listener = try await context.serve { _ in throw MicroError(.notFound, "no such user") }
            let own = try await context.expectError(.notFound, from: "a service that finds nothing") {
                try await context.call(at: listener.address)
            }
            try context.expect(own.origin, is: TransportTestContext.service, "the origin of the service's error")
            await listener.drain(deadline: .now + .seconds(1))
            let missing = try await context.expectError(.unavailable, from: "a call of a listener that has ended") {
                try await context.call(at: listener.address)
            }
            try context.expect(missing.isSafeToRetry, "a call that reached no listener is safe to retry")
            try context.expect(
                missing.message.contains(listener.address.host), "the message names the address: \(missing.message)")
        },
        TransportCase(
            "T53", .capability, "Opening a stream to an endpoint without streams fails as the server's notFound.",
            rationale: "Opening a stream runs a handler that expects a call.", capabilities: ["streams"]
        ) { context in
            let listener = try await context.serve()
            let error = try await context.expectError(.notFound, from: "a stream to an endpoint without streams") {
                _ = try await context.texts(of: try await context.open(at: listener.address))
            }
            try context.expect(error.origin, is: MicroError.Origin.server, "the origin")
            try await context.expectStillServing(listener.address, after: "the failed stream")
        },
        TransportCase(
            "T54", .core, "An error that is not a MicroError arrives as internal, without its text.",
            rationale: "Stack traces and passwords are sent to callers."
        ) { context in
            let listener = try await context.serve { _ in throw HandlerFailure() }
            let error = try await context.expectError(.internal, from: "a handler that fails") {
                try await context.call(at: listener.address)
            }
            try context.expect(!"\(error)".contains("secret"), "the response does not contain the text of the error")
            try context.expect(error.origin, is: TransportTestContext.service, "the origin")
        },
    ]
}

private struct HandlerFailure: Error { let text = "password=secret" }
